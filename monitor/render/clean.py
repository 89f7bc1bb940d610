"""Foreign text made safe to show: no control characters, nothing that turns the reading direction, a bounded length.

Markup is not its concern: templates and the Slack renderer escape what they write.
"""

import re

_ELLIPSIS = "…"
# Line and paragraph separators of every kind become one space: what we show is always a single line.
_BREAKS = re.compile(r"[\t\n\v\f\r\x1c-\x1f\x85\u2028\u2029]+")
# Embeddings, overrides and isolates may be left open by their author and then reorder our own words behind them.
# The marks LRM, RLM and ALM touch nothing but their neighbours and belong to Arabic and Hebrew; they stay.
_UNSAFE = re.compile(r"[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ufff9-\ufffb]")
_INVISIBLE = re.compile(r"[\u00ad\u061c\u200b\u200e\u200f\u2060-\u2064\u206a-\u206f]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")


def clean_line(text: str) -> str:
    """The text on one line, without controls, direction overrides and halves of letters; spaces at its ends stay."""
    return _SURROGATE.sub("\ufffd", _UNSAFE.sub("", _BREAKS.sub(" ", text)))


def clean_header(text: str) -> str:
    """As `clean_line`, for a mail header: also without invisible characters and outer or doubled spaces."""
    return " ".join(_INVISIBLE.sub("", clean_line(text)).split())


def shorten(text: str, limit: int) -> str:
    """At most `limit` characters, cut after a word where one ends near, with an ellipsis in place of the rest."""
    if len(text) <= limit:
        return text
    cut = text[: limit - 1]
    space = cut.rfind(" ")
    return (cut[:space] if space > limit // 2 else cut).rstrip(" ,;:-") + _ELLIPSIS
