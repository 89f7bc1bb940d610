"""Why a rule holds for an article, or does not: its clauses as a tree, each true or false, with what each found."""

from dataclasses import dataclass

from monitor.match.clauses import Clause
from monitor.match.evidence import locate_mentions
from monitor.match.rules import CompiledRule
from monitor.match.view import ArticleView
from monitor.match.where import Filter
from monitor.model import Article, Mention, Source


@dataclass(frozen=True, slots=True)
class Explanation:
    """One clause: where it stands in the rule, itself in words, whether it holds, and its own mentions.

    `needed`: the clause around it cannot hold without it.
    """

    clause: str
    description: str
    holds: bool
    mentions: tuple[Mention, ...] = ()
    parts: "tuple[Explanation, ...]" = ()
    needed: bool = True


def explain_rule(compiled: CompiledRule, article: Article, source: Source | None = None) -> Explanation:
    """The whole rule; its parts are the filters of `where`, if it has any, and `match`."""
    view = ArticleView(article, compiled.table, source)
    parts = [_explain_filter(part, view) for part in compiled.where.filters]
    parts.append(_explain_clause(compiled.clause, view))
    holds = all(part.holds for part in parts)
    mentions = parts[-1].mentions if holds else ()
    return Explanation(compiled.rule.id, compiled.rule.title, holds, mentions, tuple(parts))


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
    found = part.find_value(view) or "unknown"
    description = f"{part.key.replace('_', ' ')} {part.describe()} (the article's is {found})"
    return Explanation(f"where.{part.key}", description, part.passes(view))


def _explain_clause(clause: Clause, view: ArticleView, *, needed: bool = True) -> Explanation:
    occurrences = clause.find(view)
    return Explanation(
        clause.path,
        clause.describe(),
        occurrences is not None,
        locate_mentions(occurrences or (), view),
        tuple(_explain_clause(part, view, needed=part in clause.needed_parts) for part in clause.parts),
        needed,
    )
