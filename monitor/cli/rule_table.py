"""The list of rules as a table that fits the terminal: what matters most first, the rest where there is room."""

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from monitor.cli.options import printable
from monitor.match.catalogue import RuleListing
from monitor.model import RuleId, RuleState, RuleUsage
from monitor.render.documents import instant

STYLES = {"live": "green", "broken": "bold red"}
"""Of a rule's status; others are yellow."""

_GAP = 2
_LEAST_TITLE = 16
# Wide enough that nothing is cut for a program that reads along.
_NO_TERMINAL = 10_000


@dataclass(frozen=True, slots=True)
class Lived:
    """What the store knows of the rules: matches of late, which last good version of a broken rule is live, and costs.

    `matches` is None where there is no store.
    """

    matches: Mapping[RuleId, int] | None = None
    states: Mapping[RuleId, RuleState] = field(default_factory=dict)
    usage: Mapping[RuleId, RuleUsage] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Column:
    heading: str
    show: Callable[[RuleListing, Lived], str]
    is_number: bool = False


def draw_rules(out: Console, listings: Sequence[RuleListing], lived: Lived) -> None:
    """The table, and below it the problems of each rule that has any, or that is slow."""
    if not (sys.stdout.isatty() or "COLUMNS" in os.environ):
        out.width = _NO_TERMINAL
    table = Table(box=None, pad_edge=False, header_style="bold")
    widths = _choose(listings, lived, out.width)
    columns = [column for heading, column in _COLUMNS.items() if heading in widths]
    for column in columns:
        justify: Literal["left", "right"] = "right" if column.is_number else "left"
        table.add_column(column.heading, width=widths[column.heading], no_wrap=True, justify=justify)
    for listing in listings:
        table.add_row(*(_cell(column, listing, lived) for column in columns))
    out.print(table)
    for listing in listings:
        _draw_problems(out, listing, lived)


def live_version(listing: RuleListing, lived: Lived) -> str | None:
    """The last good version that is live in place of the one in the file; None when there is no such difference."""
    state = lived.states.get(RuleId(listing.id))
    return state.version if state else None


def matches_of(listing: RuleListing, lived: Lived) -> int | None:
    """How many articles it matched of late; None where nobody knows."""
    return None if lived.matches is None else lived.matches.get(RuleId(listing.id), 0)


def _choose(listings: Sequence[RuleListing], lived: Lived, width: int) -> dict[str, int]:
    """The widths of as many columns as fit, by their importance; titles take what room is left, and are cut short."""
    left = width
    chosen: dict[str, int] = {}
    for heading in _IMPORTANCE:
        wanted = _width_of(_COLUMNS[heading], listings, lived)
        least = min(wanted, _LEAST_TITLE) if heading == "TITLE" else wanted
        if heading == "4 WEEKS" and lived.matches is None:
            continue
        if not chosen or least + _GAP <= left:
            chosen[heading] = least
            left -= least + _GAP
    if "TITLE" in chosen:
        chosen["TITLE"] = min(_width_of(_COLUMNS["TITLE"], listings, lived), chosen["TITLE"] + left)
    return chosen


def _width_of(column: _Column, listings: Sequence[RuleListing], lived: Lived) -> int:
    return max(cell_len(text) for text in (column.heading, *(column.show(listing, lived) for listing in listings)))


def _cell(column: _Column, listing: RuleListing, lived: Lived) -> Text:
    style = STYLES.get(listing.status, "yellow") if column.heading == "STATUS" else ""
    return Text(column.show(listing, lived), style=style)


def _draw_problems(out: Console, listing: RuleListing, lived: Lived) -> None:
    is_broken = listing.status == "broken"
    for problem in listing.problems:
        text = f"{'broken' if is_broken else 'see'}: {printable(str(problem))}"
        out.print(Text(text, style="red" if is_broken else ""), soft_wrap=True)
    state = lived.states.get(RuleId(listing.id))
    if state is not None:
        live = f"version {state.version[:8]} stays live" if state.version else "no version of it is live"
        line = f"{listing.id}: broken since {instant(state.since)}, {live}"
        out.print(Text(line, style="yellow"), soft_wrap=True)
    usage = lived.usage.get(RuleId(listing.id))
    if usage is not None and usage.is_slow:
        cost = f"{usage.mean_milliseconds:.1f} ms for each article that it looks at"
        line = f'{listing.id}: slow, {cost}; see "monitor rules stats"'
        out.print(Text(line, style="yellow"), soft_wrap=True)


def _count_examples(listing: RuleListing) -> str:
    return str(sum(listing.examples.values()))


def _count_matches(listing: RuleListing, lived: Lived) -> str:
    count = matches_of(listing, lived)
    return "–" if count is None else f"{count:,}"


_COLUMNS: Mapping[str, _Column] = {
    column.heading: column
    for column in (
        _Column("RULE", lambda listing, _: printable(listing.id)),
        _Column("TITLE", lambda listing, _: printable(listing.title)),
        _Column("STATUS", lambda listing, _: listing.status),
        _Column("SEVERITY", lambda listing, _: printable(listing.severity)),
        _Column("4 WEEKS", _count_matches, is_number=True),
        _Column("EXAMPLES", lambda listing, _: _count_examples(listing), is_number=True),
        _Column("OWNER", lambda listing, _: printable(listing.owner or "–")),
        _Column("TAGS", lambda listing, _: printable(", ".join(listing.tags) or "–")),
        _Column("VERSION", lambda listing, _: listing.version[:8] or "–"),
        _Column("FILE", lambda listing, _: f"{printable(listing.file)}:{listing.position[0]}"),
    )
}
_IMPORTANCE = ("RULE", "STATUS", "SEVERITY", "4 WEEKS", "EXAMPLES", "TITLE", "VERSION", "FILE", "OWNER", "TAGS")
