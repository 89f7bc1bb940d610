"""Which entry of a feed is which: its guid, else its canonical link, else a hash of its text.

A guid that is empty, a placeholder, or given to several entries of one feed identifies nothing; nor does a link that
several share.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import blake2b

from monitor.model import Entry, EntryKey, Image, SourceId
from monitor.parse.charset import clean_line, clean_text
from monitor.parse.urls import canonical_url, clean_url

_LONGEST_KEY = 400
_PLACEHOLDERS = frozenset(
    {"", "n/a", "na", "none", "null", "nil", "0", "-", "undefined", "false", "true", "guid", "id"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RawEntry:
    """An entry as a feed format gives it, before it is known by a key."""

    guid: str | None
    link: str | None
    title: str | None
    summary: str | None
    content: str | None
    published: str | None
    updated: str | None
    authors: tuple[str, ...] = ()
    language: str | None = None
    images: tuple[Image, ...] = ()
    utc_offset: int | None = None


@dataclass(frozen=True, slots=True)
class Named:
    """The entries of a feed with their keys; `is_guid_repeated`: for most of them the guid was no use for it."""

    entries: tuple[Entry, ...]
    is_guid_repeated: bool


def make_entries(
    source: SourceId, url: str, language: str | None, raw: Sequence[RawEntry], *, with_guids: bool = True
) -> Named:
    """The entries with their keys, links resolved against the feed's `url`; without guids as if they had none.

    Of several with one key the first stays: publishers list the newest first.
    """
    named = [(_guid_of(entry) if with_guids else None, canonical_url(entry.link, url), entry) for entry in raw]
    shared_guids = _find_shared((guid, (link, entry.title)) for guid, link, entry in named)
    shared_links = _find_shared((link, (guid, entry.title)) for guid, link, entry in named)
    entries: dict[EntryKey, Entry] = {}
    for guid, link, entry in named:
        key = _first_key(guid if guid not in shared_guids else None, link if link not in shared_links else None, entry)
        entries.setdefault(key, _make_entry(source, key, url, language, entry))
    repeated = sum(guid in shared_guids for guid, _, _ in named)
    return Named(tuple(entries.values()), is_guid_repeated=repeated > 0 and 2 * repeated >= len(named))


def _make_entry(source: SourceId, key: EntryKey, url: str, language: str | None, raw: RawEntry) -> Entry:
    return Entry(
        source=source,
        key=key,
        url=clean_url(raw.link, url),
        title=_clean(raw.title),
        summary=_clean(raw.summary),
        content=_clean(raw.content),
        published=_clean(raw.published),
        updated=_clean(raw.updated),
        authors=tuple(dict.fromkeys(line for author in raw.authors if (line := clean_line(author)))),
        language=raw.language or language,
        images=raw.images,
        utc_offset=raw.utc_offset,
    )


def _clean(text: str | None) -> str | None:
    """Character references and JSON escapes bring in what the bytes could not: lone surrogates, direction marks."""
    return clean_text(text).strip() or None if text else None


def _guid_of(entry: RawEntry) -> str | None:
    """The guid, canonical where it is an address: a move to https must not make old entries new."""
    guid = clean_line(entry.guid or "")
    if guid.lower() in _PLACEHOLDERS:
        return None
    return canonical_url(guid) or guid


def _find_shared(pairs: Iterable[tuple[str | None, object]]) -> frozenset[str]:
    """The identities that stand for more than one thing."""
    meanings: dict[str, set[object]] = {}
    for identity, meaning in pairs:
        if identity is not None:
            meanings.setdefault(identity, set()).add(meaning)
    return frozenset(identity for identity, found in meanings.items() if len(found) > 1)


def _first_key(guid: str | None, link: str | None, entry: RawEntry) -> EntryKey:
    named = guid or link
    if named is not None and len(named) <= _LONGEST_KEY:
        return EntryKey(named)
    text = named or "\n".join(part or "" for part in (entry.title, entry.content or entry.summary))
    return EntryKey("hash:" + blake2b(text.encode(errors="replace"), digest_size=16).hexdigest())
