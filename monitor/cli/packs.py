"""`pack`: ready-made actors as YAML, to be kept among the rules."""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from monitor.cli.options import CONFIG, RULES, ConfigOption, RulesOption
from monitor.config.project import load_languages, read_definitions
from monitor.packs.countries import country_actors, list_ids
from monitor.parse.options import ParseOptions
from monitor.text.suggest import quoted_list

_PACKS = ("countries",)


def pack(
    name: Annotated[str, typer.Argument(metavar="PACK", help=f"One of: {', '.join(_PACKS)}.")],
    languages: Annotated[
        str, typer.Option("--languages", metavar="CODES", help="Such as en,ru; by default those that may be detected.")
    ] = "",
    only: Annotated[
        str, typer.Option("--only", metavar="CODES", help="These countries alone, by ISO codes: AM,AZ.")
    ] = "",
    rules: RulesOption = RULES,
    config: ConfigOption = CONFIG,
) -> None:
    """Print actors that come ready-made: countries with their names, ISO codes and, in the Caucasus, capitals.

    Actors that the rules define already are left out, so that the file can be put beside them.

    Example: `monitor pack countries --languages en,ru > rules/countries.yaml`
    """
    if name not in _PACKS:
        raise typer.BadParameter(f'"{name}" is none of {quoted_list(_PACKS)}', param_hint="PACK")
    chosen = _split(languages) or ParseOptions(load_languages(config, os.environ)).detectable
    countries = _split(only) or None
    taken = frozenset(read_definitions(rules).actors)
    print(country_actors(chosen, countries, taken=taken), end="")
    present = [actor for actor in list_ids(countries) if actor in taken]
    if present:
        print(_remark(present, rules), file=sys.stderr)


def _split(codes: str) -> tuple[str, ...]:
    return tuple(code.strip() for code in codes.split(",") if code.strip())


def _remark(present: list[str], rules: Path) -> str:
    return f"left out, because {rules} has them: {', '.join(present)}"
