"""Why a rule holds for an article, or does not: its clauses as a tree, each true or false, with what each found."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import repeat

from monitor.match.clauses import (
    AllOf,
    AnyOf,
    AtLeast,
    Clause,
    Near,
    NoneOf,
    NotNear,
    Occurrence,
    Score,
    Times,
    count_apart,
)
from monitor.match.evidence import locate_mentions
from monitor.match.rules import CompiledRule
from monitor.match.view import ArticleView
from monitor.match.where import Filter
from monitor.model import Article, Mention, Source

# Of this many mentions of each clause the distance is looked at; beyond, nobody asks how near they came.
_MOST_COMPARED = 300


@dataclass(frozen=True, slots=True)
class Explanation:
    """One clause: where it stands in the rule, itself in words, whether it holds, and its own mentions.

    `label` is the clause without its parts, for a tree, with what came of it. `needed`: the clause around it cannot
    hold without it. `unwanted`: what it finds speaks against the clause around it.
    """

    clause: str
    description: str
    holds: bool
    mentions: tuple[Mention, ...] = ()
    parts: "tuple[Explanation, ...]" = ()
    needed: bool = True
    unwanted: bool = False
    label: str = ""


def explain_rule(compiled: CompiledRule, article: Article, source: Source | None = None) -> Explanation:
    """The whole rule; its parts are the filters of `where`, if it has any, and `match`."""
    view = ArticleView(article, compiled.table, source)
    parts = [_explain_filter(part, view) for part in compiled.where.filters]
    parts.append(_explain_clause(compiled.clause, view))
    holds = all(part.holds for part in parts)
    mentions = parts[-1].mentions if holds else ()
    return Explanation(compiled.rule.id, compiled.rule.title, holds, mentions, tuple(parts), label=compiled.rule.title)


def find_nearest_failure(explanation: Explanation) -> Explanation | None:
    """The clause that keeps a rule from holding, as deep as one alone can be named; None when it holds.

    Of several clauses of an `all` that fail it is the one with the least missing; of an `any`, the whole.
    """
    if explanation.holds:
        return None
    failing = [part for part in explanation.parts if part.needed and not part.holds]
    return find_nearest_failure(min(failing, key=_count_failures)) if failing else explanation


def _count_failures(explanation: Explanation) -> int:
    if explanation.holds:
        return 0
    return sum(_count_failures(part) for part in explanation.parts if part.needed) or 1


def _explain_filter(part: Filter, view: ArticleView) -> Explanation:
    found = f" (the article's is {part.find_value(view) or 'unknown'})"
    condition = part.describe()
    return Explanation(
        f"where.{part.key}",
        f"{part.key.replace('_', ' ')} {condition}{found}",
        part.passes(view),
        label=condition + found,
    )


def _explain_clause(clause: Clause, view: ArticleView) -> Explanation:
    occurrences = clause.find(view)
    return Explanation(
        clause.path,
        clause.describe(),
        occurrences is not None,
        locate_mentions(occurrences or (), view),
        _explain_parts(clause, view),
        label=_label(clause, view),
    )


def _explain_parts(clause: Clause, view: ArticleView) -> tuple[Explanation, ...]:
    needed = frozenset(clause.needed_parts)
    points_of = clause.points_of if isinstance(clause, Score) else repeat(0)
    parts = []
    for part, points in zip(clause.parts, points_of, strict=False):
        explained = _explain_clause(part, view)
        unwanted = isinstance(clause, NoneOf) or (isinstance(clause, NotNear) and part is not clause.clause)
        parts.append(
            replace(
                explained,
                needed=part in needed,
                unwanted=unwanted or points < 0,
                label=f"{points:+d} {explained.label}" if points else explained.label,
            )
        )
    return tuple(parts)


def _label(clause: Clause, view: ArticleView) -> str:
    match clause:
        case AllOf():
            return "all of"
        case AnyOf():
            return "any of"
        case NoneOf():
            return "none of"
        case AtLeast():
            return f"at least {clause.least} of ({sum(part.find(view) is not None for part in clause.clauses)} hold)"
        case Times():
            return f"{clause.least} mentions ({count_apart(clause.clause.find(view) or ())} found)"
        case Score():
            return f"a score of {clause.least} (it is {clause.total(view)})"
        case Near():
            order = " in this order" if clause.ordered else ""
            return f"near one another, within {clause.within}{order}{_how_near(clause, view)}"
        case NotNear():
            return f"{clause.clause.describe()}, except within {clause.within} of"
    return clause.describe()


def _how_near(near: Near, view: ArticleView) -> str:
    """Of two clauses that have mentions, and none near enough: how many words stand between the closest."""
    found = [part.find(view) or () for part in near.clauses]
    if len(found) != 2 or not all(found) or near.within.unit != "words" or near.find(view) is not None:
        return ""
    gaps = list(_iter_gaps(found[0][:_MOST_COMPARED], found[1][:_MOST_COMPARED], view, ordered=near.ordered))
    return f" (the closest: {min(gaps)} words between)" if gaps else " (never in one field)"


def _iter_gaps(
    firsts: Sequence[Occurrence], seconds: Sequence[Occurrence], view: ArticleView, *, ordered: bool
) -> Iterator[int]:
    for one in firsts:
        for other in seconds:
            earlier, later = (one, other) if ordered or one.start <= other.start else (other, one)
            if view.field_numbers[one.start] == view.field_numbers[other.start] and earlier.end <= later.start:
                yield later.start - earlier.end
