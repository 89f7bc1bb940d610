"""By what an entry is known again when its guid has changed: hashes of its link, title, date and body. Pure.

Computed of new and changed entries only, and cheap: nothing is parsed.
"""

import re
from dataclasses import replace
from hashlib import blake2b
from itertools import pairwise

from monitor.model import Entry, EntryTraits
from monitor.parse.urls import canonical_url

_TAG = re.compile(r"<[^<>]{0,2000}>?")
_WORD = re.compile(r"\w+")
# What is compared of a body; feeds cut it off at different places.
_LETTERS = 800
_MOST_WORDS = 80


def traits_of(entry: Entry) -> EntryTraits:
    """What the entry has of them. The body is known by one of its pairs of words, which most edits leave in place."""
    words = _WORD.findall(_TAG.sub(" ", (entry.content or entry.summary or "")[:_LETTERS]).casefold())[:_MOST_WORDS]
    body = min((_hash_text(" ".join(pair)) for pair in pairwise(words)), default=None)
    return replace(leads_of(entry), body=body)


def leads_of(entry: Entry) -> EntryTraits:
    """All but that of the body, which costs more than the others together: nobody is looked for by it."""
    title = " ".join(_WORD.findall((entry.title or "").casefold())) or None
    date = entry.published
    link = canonical_url(entry.url) if entry.url else None
    return EntryTraits(
        link=_hash(link),
        likeness=_hash(f"{title}\n{date}") if title and date else None,
        title=_hash(title),
        date=_hash(date),
    )


def _hash(text: str | None) -> int | None:
    return _hash_text(text) if text else None


def _hash_text(text: str) -> int:
    """Of 63 bits, so that both databases have it as a number."""
    return int.from_bytes(blake2b(text.encode(errors="replace"), digest_size=8).digest()) >> 1
