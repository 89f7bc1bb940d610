"""What the rules cost and find: counts that add up over the life of a database."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from monitor.model import RuleId, RuleUsage
from monitor.store.rows import Rows
from monitor.store.schema import rule_stats


class UsageRows:
    """The part of a transaction that is about the use of rules; see ports.Transaction."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    async def add_rule_usage(self, usage: Sequence[RuleUsage], now: datetime) -> None:
        """Add to what is known of each rule."""
        insert = self._rows.insert(rule_stats)
        counts = ("asked", "matched", "nanoseconds")
        added = {name: rule_stats.c[name] + insert.excluded[name] for name in counts}
        rows = [
            {"rule": each.rule, "since": now, "last_at": now} | {name: getattr(each, name) for name in counts}
            for each in sorted(usage, key=lambda each: each.rule)
        ]
        await self._rows.write(
            insert.on_conflict_do_update(index_elements=["rule"], set_=added | {"last_at": now}), rows
        )

    async def list_rule_usage(self) -> tuple[RuleUsage, ...]:
        """Of every rule that was ever asked, the most expensive first."""
        columns = (rule_stats.c.rule, rule_stats.c.asked, rule_stats.c.matched, rule_stats.c.nanoseconds)
        rows = await self._rows.fetch(select(*columns).order_by(rule_stats.c.nanoseconds.desc(), rule_stats.c.rule))
        return tuple(
            RuleUsage(rule=RuleId(row.rule), asked=row.asked, matched=row.matched, nanoseconds=row.nanoseconds)
            for row in rows
        )
