"""Matches, the rules as they were when they matched, and the rules that did not load."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, func, select

from monitor.model import ArticleId, Match, Rule, RuleId, RuleState, Severity
from monitor.store.codec import mentions_from_json, mentions_to_json, rule_from_json, rule_to_json
from monitor.store.rows import Rows, iter_chunks
from monitor.store.schema import articles, matches, rule_states, rules


class MatchRows:
    """The part of a transaction that is about matches; see ports.Transaction."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    async def save_rules(self, used: Iterable[Rule], now: datetime) -> None:
        """Keep each rule's metadata by (id, version), so that old matches can still be explained."""
        in_order = sorted(used, key=lambda rule: (rule.id, rule.version))
        await self._rows.add(
            rules,
            [
                {"id": rule.id, "version": rule.version, "document": rule_to_json(rule), "saved_at": now}
                for rule in in_order
            ],
        )

    async def add_matches(self, found: Sequence[Match]) -> None:
        """Store matches, once per (rule, article); their articles and rules must be stored before."""
        in_order = sorted(found, key=lambda match: (match.rule, match.article))
        await self._rows.add(matches, [match_to_row(match) for match in in_order])

    async def count_matches(self, since: datetime) -> dict[RuleId, int]:
        """Rules without any are left out."""
        told = func.coalesce(articles.c.published, articles.c.fetched_at)
        counted = (
            select(matches.c.rule, func.count().label("found"))
            .join(articles, articles.c.id == matches.c.article)
            .where(articles.c.fetched_at >= since, told >= since)
            .group_by(matches.c.rule)
        )
        return {RuleId(row.rule): int(row.found) for row in await self._rows.fetch(counted)}

    async def save_rule_states(self, states: Sequence[RuleState]) -> None:
        """Keep these, and only these, as the rules that did not load."""
        await self._rows.write(delete(rule_states))
        await self._rows.add(rule_states, [asdict(state) for state in states])

    async def list_rule_states(self) -> tuple[RuleState, ...]:
        """The rules that did not load when the service last read them, by id."""
        rows = await self._rows.fetch(select(rule_states))
        return tuple(sorted((RuleState(**row._mapping) for row in rows), key=lambda state: state.rule))


async def find_rules(rows: Rows, ids: Iterable[str]) -> dict[tuple[str, str], Rule]:
    """Every stored version of the rules named, by id and version."""
    found: dict[tuple[str, str], Rule] = {}
    for chunk in iter_chunks(ids):
        stored = await rows.fetch(select(rules).where(rules.c.id.in_(chunk)))
        found |= {(row.id, row.version): rule_from_json(row.document) for row in stored}
    return found


def row_to_match(row: Row[Any]) -> Match:
    """From a row that has all columns of `matches`."""
    return Match(
        rule=RuleId(row.rule),
        version=row.version,
        article=ArticleId(row.article),
        severity=Severity(row.severity),
        score=row.score,
        mentions=mentions_from_json(row.mentions),
    )


def match_to_row(match: Match) -> dict[str, Any]:
    """All columns of `matches`."""
    return {
        "rule": match.rule,
        "article": match.article,
        "version": match.version,
        "severity": match.severity.value,
        "score": match.score,
        "mentions": mentions_to_json(match.mentions),
    }
