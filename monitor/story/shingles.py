"""A text as a small sample of its word sequences, so that copies and excerpts are known by what they share.

A shingle is three words in a row. Of all of them one in eight is kept, chosen by its hash: two texts that share a
passage keep the same shingles of it, whoever samples them and when.
"""

from collections.abc import Iterable
from hashlib import blake2b
from zlib import crc32

from monitor.model import Article
from monitor.text.fold import fold_words

_WORDS = 3
# Where every letter is a word (Chinese, Japanese, Thai) three of them are a syllable or two.
_LETTERS = 8
_ONE_IN = 8
# A hostile page must not become a hundred thousand rows; the first 20,000 words tell a copy well enough.
_MOST_WORDS = 20_000
# The length below which a body alone is no sign: see monitor.text.fingerprint.
_SHORT_BODY = 25


def sample_shingles(article: Article) -> frozenset[int]:
    """Hashes (signed, of 64 bits) of one in eight of the shingles of a body, or of all parts where it is short."""
    words = fold_words(article.body or "")
    if len(words) < _SHORT_BODY:
        words = fold_words("\n".join(part for part in (article.title, article.standfirst, article.body) if part))
    return frozenset(hash_of(shingle) for shingle in _iter_sampled(words[:_MOST_WORDS]))


def hash_of(text: str) -> int:
    """A signed number of 64 bits, the same in every process."""
    return int.from_bytes(blake2b(text.encode(errors="replace"), digest_size=8).digest(), "big", signed=True)


def _iter_sampled(words: list[str]) -> Iterable[str]:
    length = _LETTERS if _is_spaceless(words) else _WORDS
    for shingle in zip(*(words[start:] for start in range(length)), strict=False):
        joined = " ".join(shingle)
        # The cheap hash chooses, the good one names: seven in eight are never named.
        if crc32(joined.encode(errors="replace")) % _ONE_IN == 0:
            yield joined


def _is_spaceless(words: list[str]) -> bool:
    return sum(len(word) == 1 for word in words) * 2 > len(words)
