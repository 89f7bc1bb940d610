"""Entries under keys that nobody has seen: does the feed tell something new, or did it rename what it told before?

A site that gets a new publishing system, or makes up a guid at each visit, renames all of its entries at once; one that
gives every entry the same guid in turn does the contrary. The first would repeat what was told, the second would lose
entries. Pure but for one look into the store; parse.identity has seen to what can be told from one feed alone.
"""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

from monitor.model import Entry, EntryKey, EntryTraits, GuidFault, Source
from monitor.parse.stamps import stamp_of
from monitor.parse.traits import leads_of, traits_of
from monitor.parse.urls import canonical_url
from monitor.ports import KnownEntry, Transaction

# One entry may have been deleted and written again; two at once are a habit of the site.
_FEWEST_RENAMED = 2
# A corrected headline alone makes no other entry.
_FEWEST_COMPARED = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognised:
    """The new and changed entries of a feed, by their keys, and which of them had others in the feed.

    `guid_fault` is what they show of the feed's guids.
    """

    news: Mapping[EntryKey, Entry]
    renamed: Mapping[EntryKey, EntryKey] = field(default_factory=dict)
    guid_fault: GuidFault | None = None


async def recognise_entries(
    tx: Transaction,
    source: Source,
    present: Collection[EntryKey],
    news: Mapping[EntryKey, Entry],
    *,
    has_teasers: bool = False,
) -> Recognised:
    """`news` are those entries of a feed that are not known as they are, `present` the keys of all of its entries.

    Only where some of the news are teasers can an entry of before be meant that still waits for its page.
    """
    if not news:
        return Recognised(news=news)
    known = dict(await tx.find_alike(source.id, {key: leads_of(entry) for key, entry in news.items()}))
    if has_teasers:
        waiting = await tx.list_waiting_entries(source.id)
        known = {each.key: KnownEntry(traits=traits_of(each), stamp=stamp_of(each)) for each in waiting} | known
    if not known:
        return Recognised(news=news)
    traits = {key: traits_of(entry) for key, entry in news.items()}
    return rename_entries(news, traits, frozenset(present), known)


def rename_entries(
    news: Mapping[EntryKey, Entry],
    traits: Mapping[EntryKey, EntryTraits],
    present: frozenset[EntryKey],
    known: Mapping[EntryKey, KnownEntry],
) -> Recognised:
    """The entries under the keys that they were first stored under; `known` are the stored ones that may be meant.

    An entry that is in the feed itself is never taken for another one, nor is what several of the new ones share a
    sign of any of them. Those that say what they said before are no news.
    """
    search = _Search(traits, {key: each for key, each in known.items() if key not in present})
    renamed: dict[EntryKey, EntryKey] = {}
    moved = repeated = 0
    for key, each in traits.items():
        if key not in known:
            old = search.find(each, renamed.values())
            moved += old is not None and _is_same(known[old].traits.link, each.link)
        elif _is_other(known[key].traits, each):
            old = _own_key(news[key], present)
            repeated += 1
        else:
            old = None
        if old is not None:
            renamed[key] = old
    kept = {renamed.get(key, key): replace(entry, key=renamed.get(key, key)) for key, entry in news.items()}
    return Recognised(
        news={key: entry for key, entry in kept.items() if not _is_known(entry, known.get(key))},
        renamed=renamed,
        guid_fault=_judge_guids(moved, repeated, len(present)),
    )


class _Search:
    """Finds the entry of before that a new one is."""

    def __init__(self, traits: Mapping[EntryKey, EntryTraits], known: Mapping[EntryKey, KnownEntry]) -> None:
        self._links = Counter(each.link for each in traits.values())
        self._likenesses = Counter(each.likeness for each in traits.values())
        self._by_link: dict[int, list[EntryKey]] = {}
        self._by_likeness: dict[int, list[EntryKey]] = {}
        self._known = known
        for key, each in known.items():
            if each.traits.link is not None:
                self._by_link.setdefault(each.traits.link, []).append(key)
            if each.traits.likeness is not None:
                self._by_likeness.setdefault(each.traits.likeness, []).append(key)

    def find(self, traits: EntryTraits, taken: Collection[EntryKey]) -> EntryKey | None:
        """By its link, where it is not another entry under the same link; else by title, date and a similar body."""
        found: list[EntryKey] = []
        if traits.link is not None and self._links[traits.link] == 1:
            same = self._by_link.get(traits.link, ())
            found = [key for key in same if key not in taken and not _differs(self._known[key].traits, traits)]
        if not found and traits.likeness is not None and self._likenesses[traits.likeness] == 1:
            alike = self._by_likeness.get(traits.likeness, ())
            found = [
                key for key in alike if key not in taken and not _is_apart(self._known[key].traits.body, traits.body)
            ]
        return max(found, key=lambda key: (_count_shared(self._known[key].traits, traits), key), default=None)


def _is_other(before: EntryTraits, now: EntryTraits) -> bool:
    """Whether two entries with one guid are two: nothing that is known of both is the same."""
    return _is_apart(before.link, now.link) and _differs(before, now)


def _differs(before: EntryTraits, now: EntryTraits) -> bool:
    """Whether all that can be compared of title, date and body is different, and that is more than one of them."""
    compared = [pair for pair in _pairs(before, now) if None not in pair]
    return len(compared) >= _FEWEST_COMPARED and all(one != other for one, other in compared)


def _own_key(entry: Entry, present: frozenset[EntryKey]) -> EntryKey | None:
    """Its link, as for an entry without a guid; None where that is the key of another one."""
    link = canonical_url(entry.url)
    return None if link is None or link in present else EntryKey(link)


def _is_same(one: int | None, other: int | None) -> bool:
    return one is not None and one == other


def _is_apart(one: int | None, other: int | None) -> bool:
    return one is not None and other is not None and one != other


def _count_shared(one: EntryTraits, other: EntryTraits) -> int:
    return sum(_is_same(*pair) for pair in _pairs(one, other))


def _pairs(one: EntryTraits, other: EntryTraits) -> tuple[tuple[int | None, int | None], ...]:
    return (one.title, other.title), (one.date, other.date), (one.body, other.body)


def _is_known(entry: Entry, known: KnownEntry | None) -> bool:
    """Entries from before stamps were kept count as unchanged."""
    return known is not None and (known.stamp is None or known.stamp == stamp_of(entry))


def _judge_guids(moved: int, repeated: int, entries: int) -> GuidFault | None:
    if repeated and 2 * repeated >= entries:
        return "repeated"
    if moved >= _FEWEST_RENAMED and 2 * moved >= entries:
        return "changing"
    return None
