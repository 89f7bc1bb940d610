"""`sources import-opml` and `export-opml`: the lists of feeds that other readers keep."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from monitor.cli.options import CONFIG, ConfigOption, JsonOption, print_problems, printable
from monitor.config.edit import add_sources
from monitor.config.lists import export_list, plan_import
from monitor.errors import InputError
from monitor.parse.opml import read_opml, write_opml


def import_opml(
    file: Annotated[Path, typer.Argument(metavar="FILE", help='The list, or "-" for standard input.')],
    tag: Annotated[list[str] | None, typer.Option("--tag", metavar="TAG", help="For all of them; repeatable.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be added.")] = False,
    config: ConfigOption = CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Add the feeds of an OPML list; folders become tags, and feeds that are there already are passed over.

    Example: `monitor sources import-opml feeds.opml --tag imported`
    """
    feeds, problems = read_opml(_read(file), file.as_posix())
    plan = plan_import(config, feeds, tuple(tag or ()), file.as_posix())
    print_problems([*problems, *plan.problems])
    if plan.sources and not dry_run:
        add_sources(config, plan.sources)
    if as_json:
        print(json.dumps({"added": list(plan.sources), "known": list(plan.known)}, indent=2))
        return
    for source, fields in plan.sources.items():
        print(printable(f"{source}  {fields.get('feed') or fields.get('sitemap')}"))
    verb = "would be added" if dry_run else "added"
    print(f"{len(plan.sources)} {verb}, {len(plan.known)} known already, {len(plan.problems)} passed over")


def export_opml(
    file: Annotated[Path | None, typer.Argument(metavar="FILE", help="Where to; standard output unless given.")] = None,
    config: ConfigOption = CONFIG,
) -> None:
    """Write the feeds as an OPML list for other readers, without headers and other secrets.

    Example: `monitor sources export-opml feeds.opml`
    """
    feeds, problems = export_list(config)
    print_problems(problems)
    text = write_opml("Media Monitor", feeds)
    if file is None:
        sys.stdout.write(text)
        return
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise InputError(f"{file} cannot be written: {(error.strerror or str(error)).lower()}") from error
    print(f"{len(feeds)} feed{'s' if len(feeds) != 1 else ''} written to {file}")


def _read(file: Path) -> bytes:
    try:
        return sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    except OSError as error:
        raise InputError(f"{file} cannot be read: {(error.strerror or str(error)).lower()}") from error
