"""`rules`: which rules there are, what one looks for, and drafts made of other people's lists."""

import asyncio
import json
import os
import sys
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.padding import Padding
from rich.text import Text
from rich.tree import Tree

from monitor.app import has_store, open_store
from monitor.cli.help import Commands
from monitor.cli.options import (
    CONFIG,
    DATA,
    RULES,
    ConfigOption,
    DataOption,
    JsonOption,
    RulesOption,
    console,
    print_problems,
    printable,
)
from monitor.cli.rule_stats import stats
from monitor.cli.rule_table import STYLES, Lived, draw_rules, live_version, matches_of
from monitor.clock import utc_now
from monitor.config.files import read_text
from monitor.config.importing import IMPORTERS, import_definitions
from monitor.config.project import load_languages, read_definitions, read_rule_set
from monitor.config.rule_cache import choose_cache
from monitor.config.settings import Settings, load_settings
from monitor.errors import ConfigError, InputError, MonitorError, Problem
from monitor.importers.drafts import Imported
from monitor.match.catalogue import Named, RuleListing, list_named, list_rules
from monitor.match.files import Definitions
from monitor.match.rules import RuleSet
from monitor.match.sketch import Sketch, sketch_clause
from monitor.model import RuleId
from monitor.text.suggest import did_you_mean, quoted_list

app = Commands("List the rules, show what one looks for, import lists of actors and queries.")
_OF_LATE = timedelta(weeks=4)
_FORMATS = "|".join(IMPORTERS)


@app.command("list")
def list_(
    rules: RulesOption = RULES, config: ConfigOption = CONFIG, data: DataOption = DATA, as_json: JsonOption = False
) -> None:
    """List every rule: status, severity, matches of the last four weeks, examples, version, file.

    Broken ones say why, and which earlier version of them the service has live. Slow ones are named. Exits with 1 when
    a file could not be read, so that rules may be missing here.

    Example: `monitor rules list`
    """
    _, _, listings, others = _read(rules, choose_cache(data))
    lived = _read_lived(config, data)
    if as_json:
        documents = [_document(listing) | _lived_document(listing, lived) for listing in listings]
        print(json.dumps(documents, indent=2, ensure_ascii=False))
    elif listings:
        draw_rules(console(), listings, lived)
    else:
        print("no rules")
    print_problems(others)
    if any(problem.level == "error" for problem in others):
        raise typer.Exit(1)


app.command("stats")(stats)


@app.command("show")
def show(
    rule: Annotated[str, typer.Argument(metavar="RULE", help="Its id.")],
    rules: RulesOption = RULES,
    as_json: JsonOption = False,
) -> None:
    """Show a rule: its clauses as a tree, and every name and term of the actors and concepts that it uses.

    Example: `monitor rules show karabakh-use-of-force`
    """
    rule_set, definitions, listings, _ = _read(rules)
    listing = next((listing for listing in listings if listing.id == rule), None)
    if listing is None:
        hint = did_you_mean(rule, [listing.id for listing in listings]) or '; see "monitor rules list"'
        raise InputError(f'no rule "{rule}"{hint}')
    named = list_named(rule_set, definitions, rule)
    value = definitions.rules[rule].value
    written: dict[str, Any] = value if isinstance(value, dict) else {}
    if as_json:
        document = _document(listing) | _clauses_document(written, named)
        print(json.dumps(document, indent=2, ensure_ascii=False, default=str))
    else:
        _draw(console(), listing, written, named)


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="UTF-8.")],
    source: Annotated[str, typer.Option("--from", metavar="FORMAT", help=f"One of: {', '.join(IMPORTERS)}.")],
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Write here; never over a file.")] = None,
    language: Annotated[
        list[str] | None,
        typer.Option("--language", metavar="CODE", help="Repeatable. Of the names to take, or of names that say none."),
    ] = None,
    config: ConfigOption = CONFIG,
) -> None:
    """Make draft actors or rules of a list: a PETRARCH dictionary, a table, a Wikidata export, or Boolean queries.

    What could not be taken is named with its line.

    Example: `monitor rules import --from query searches.txt --out rules/searches.yaml`
    """
    if source not in IMPORTERS:
        raise typer.BadParameter(f'"{source}" is none of {quoted_list(IMPORTERS)}', param_hint="--from")
    text = read_text(file)
    if isinstance(text, Problem):
        raise ConfigError([text])
    languages = tuple(language or (load_languages(config, os.environ) if source == "wikidata" else ()))
    written, imported = import_definitions(source, text, file.as_posix(), languages)
    print_problems(imported.problems)
    if not imported.actors and not imported.rules:
        raise InputError(f'"{file}" holds nothing that could be taken')
    if out is None:
        print(written, end="")
    else:
        _write_new(out, written)
    print(_summary(imported, out), file=sys.stderr)


def _read(
    rules: Path, cache: Path | None = None
) -> tuple[RuleSet, Definitions, tuple[RuleListing, ...], tuple[Problem, ...]]:
    """The rules with their problems, and the problems that are of no rule."""
    rule_set, problems = read_rule_set(rules, cache)
    definitions = read_definitions(rules)
    listings = list_rules(rule_set, definitions, problems)
    told = {problem for listing in listings for problem in listing.problems}
    return rule_set, definitions, listings, tuple(problem for problem in problems if problem not in told)


def _read_lived(config: Path, data: Path) -> Lived:
    """What the store knows; nothing, with a warning, where it cannot be asked."""
    try:
        return asyncio.run(_ask_store(load_settings(config, os.environ, strict=False), data))
    except MonitorError as error:
        print_problems([Problem("", 0, 0, f"the store was not asked: {error}", "warning")])
        return Lived()


async def _ask_store(settings: Settings, data: Path) -> Lived:
    if not has_store(settings, data):
        return Lived()
    async with open_store(settings, data) as store, store.transaction() as tx:
        states = await tx.list_rule_states()
        counts = await tx.count_matches(utc_now() - _OF_LATE)
        usage = await tx.list_rule_usage()
    return Lived(counts, {state.rule: state for state in states}, {each.rule: each for each in usage})


def _lived_document(listing: RuleListing, lived: Lived) -> dict[str, Any]:
    usage = lived.usage.get(RuleId(listing.id))
    return {
        "live_version": live_version(listing, lived),
        "matches_4_weeks": matches_of(listing, lived),
        "mean_milliseconds": usage.mean_milliseconds if usage else None,
        "slow": bool(usage and usage.is_slow),
    }


def _document(listing: RuleListing) -> dict[str, Any]:
    line, column = listing.position
    document = asdict(listing) | {"line": line, "column": column, "examples": dict(listing.examples)}
    del document["position"]
    return document


def _clauses_document(written: dict[str, Any], named: tuple[Named, ...]) -> dict[str, Any]:
    uses = [{"kind": one.kind, "id": one.id, "because": one.because or None, "terms": dict(one.terms)} for one in named]
    return {"why": written.get("why"), "where": written.get("where"), "match": written.get("match"), "uses": uses}


def _draw(out: Console, listing: RuleListing, written: dict[str, Any], named: tuple[Named, ...]) -> None:
    heading = Text(printable(listing.id), style="bold") + Text(
        f"  {listing.status}", STYLES.get(listing.status, "yellow")
    )
    out.print(heading + Text(f"  {printable(listing.severity)}  {listing.version}", style="dim"))
    out.print(Text(printable(listing.title)))
    if isinstance(written.get("why"), str):
        out.print(Text(printable(written["why"]), style="italic"))
    examples = ", ".join(f"{number} {verdict}" for verdict, number in listing.examples.items())
    details = {
        "file": f"{listing.file}:{listing.position[0]}",
        "owner": listing.owner or "",
        "tags": ", ".join(listing.tags),
        "examples": examples or "none",
    }
    for name, value in details.items():
        if value:
            out.print(Text(f"{name + ':':10}", style="dim") + Text(printable(value)), soft_wrap=True)
    for problem in listing.problems:
        out.print(Text(printable(str(problem)), style="red"), soft_wrap=True)
    out.print()
    tree = Tree(Text("match", style="bold"))
    _grow(tree, sketch_clause(written.get("match")))
    out.print(tree)
    if isinstance(written.get("where"), dict):
        where = Tree(Text("where", style="bold"))
        for key, value in written["where"].items():
            where.add(Text(printable(f"{key} {_say_filter(value)}")))
        out.print(where)
    for one in named:
        _draw_named(out, one)


def _say_filter(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key.replace('_', ' ')} {part}" for key, part in value.items())
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _grow(tree: Tree, sketch: Sketch) -> None:
    branch = tree.add(Text(printable(sketch.label)))
    for part in sketch.parts:
        _grow(branch, part)


def _draw_named(out: Console, named: Named) -> None:
    indent = 2 if named.because else 0
    heading = Text(printable(named.id), style="bold") + Text(f"  {named.kind}", style="dim")
    if named.because:
        heading.append(f"  {printable(named.because)}", style="dim")
    else:
        out.print()
    out.print(Padding(heading, (0, 0, 0, indent), expand=False))
    for language, terms in named.terms:
        shown = Text(f"{language or 'all':4}", style="dim") + Text(printable(", ".join(terms)))
        out.print(Padding(shown, (0, 0, 0, indent + 2), expand=False))


def _write_new(file: Path, text: str) -> None:
    try:
        with file.open("x", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
    except FileExistsError as error:
        raise InputError(f'"{file}" exists already; nothing is written over') from error
    except OSError as error:
        raise InputError(f'"{file}" cannot be written: {(error.strerror or "").lower()}') from error


def _summary(imported: Imported, out: Path | None) -> str:
    counts = {"actor": len(imported.actors), "draft rule": len(imported.rules)}
    taken = " and ".join(f"{number} {name}{'' if number == 1 else 's'}" for name, number in counts.items() if number)
    where = f" in {out}" if out else ""
    refused = len(imported.problems)
    return f"{taken}{where}" + (f"; {refused} thing{'' if refused == 1 else 's'} not taken" if refused else "")
