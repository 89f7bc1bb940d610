"""The fingerprint of an article's text: equal for the same text under whatever headline, spacing or punctuation."""

from hashlib import blake2b

from monitor.text.fold import fold_words

_VERSION = 1
# Below this, two different articles may well share their whole body ("Click here to read on."), so the headline
# and standfirst speak too.
_SHORT_BODY = 25


def fingerprint_of(title: str | None, standfirst: str | None, body: str | None) -> str:
    """`"1:"` and a hash of the folded words of the body, or of all parts where the body is missing or short."""
    words = fold_words(body or "")
    if len(words) < _SHORT_BODY:
        words = fold_words("\n".join(part for part in (title, standfirst, body) if part))
    digest = blake2b(" ".join(words).encode(), digest_size=16).hexdigest()
    return f"{_VERSION}:{digest}"
