"""How fast one publisher is asked: so many requests at once, and a gap between two of them.

Kept in memory: a restart forgets a gap of seconds. What a server asked for itself (Retry-After) is kept in the store.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from monitor.model import Source
from monitor.text.domains import registrable_domain

_DEFAULT_GAP = timedelta(seconds=5)
# A site that wants longer pauses than this is asked once in so long.
_LONGEST_WISH = timedelta(minutes=10)


def domain_of(source: Source) -> str:
    """The domain that a source's pace is kept for; none for an archive, which is on disk."""
    return "" if source.kind == "archive" else registrable_domain(source.address)


class Pace:
    """The requests of this process under way, and when the last one of each domain ended."""

    def __init__(self, *, at_once: int = 1, gap: timedelta = _DEFAULT_GAP) -> None:
        self._at_once = at_once
        self._gap = gap
        self._under_way: dict[str, int] = {}
        self._free_at: dict[str, datetime] = {}
        self._wishes: dict[str, timedelta] = {}

    def gap_of(self, domain: str) -> timedelta:
        """How long a domain is left alone between two requests."""
        return max(self._gap, self._wishes.get(domain, self._gap))

    def slow_down(self, domain: str, gap: timedelta | None) -> None:
        """A site asks for longer pauses, of which those up to ten minutes count; None: it asks for none any more."""
        if gap is None or gap <= self._gap:
            self._wishes.pop(domain, None)
        else:
            self._wishes[domain] = min(gap, _LONGEST_WISH)

    def room(self, domain: str, now: datetime) -> int:
        """How many requests may start now. A clock that was set back makes nobody wait longer than the gap."""
        free_at = self._free_at.get(domain)
        if free_at is not None:
            if now < free_at <= now + self.gap_of(domain):
                return 0
            del self._free_at[domain]
        return self._at_once - self._under_way.get(domain, 0)

    def begin(self, domain: str) -> None:
        """A request starts. Without a domain, nothing is counted."""
        if not domain:
            return
        self._under_way[domain] = self._under_way.get(domain, 0) + 1

    def take_back(self, domain: str) -> None:
        """A request that was begun is not made after all."""
        if not domain:
            return
        self._under_way[domain] = self._under_way.get(domain, 1) - 1

    def end(self, domain: str, now: datetime) -> None:
        """A request has ended, however it did."""
        if not domain:
            return
        left = self._under_way.get(domain, 0) - 1
        if left > 0:
            self._under_way[domain] = left
        else:
            self._under_way.pop(domain, None)
        gap = self.gap_of(domain)
        if gap:
            self._free_at[domain] = now + gap

    def next_free(self, domains: Iterable[str], now: datetime) -> datetime | None:
        """When the first of these domains that must wait need not any more; None where none must."""
        ends = [(self._free_at[domain], domain) for domain in set(domains) if domain in self._free_at]
        return min((end for end, domain in ends if now < end <= now + self.gap_of(domain)), default=None)
