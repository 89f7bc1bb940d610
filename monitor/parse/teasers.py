"""Whether an entry says less than its page: then the page is worth fetching. Pure, and decided entry by entry.

An entry is a teaser when its text is cut off ("…", "[…]", "Read more" at the end), or when it has no content of its own
and a summary of fewer than 600 letters. What a publisher calls content is taken to be whole, however short.
"""

import re
from html import unescape

from monitor.model import Entry, FullText

SHORTEST_WHOLE_SUMMARY = 600
"""A summary of so many letters is taken for the article; one of the scripts of China, Japan and Korea counts thrice."""

_CUT = re.compile(r"(?:…|\.\.\.)[\])»›>→\s]*$")
# What stands behind the last sentence of a text that goes on elsewhere, as publishers of many languages put it.
_GO_ON = re.compile(
    r"(?:read (?:more|on|the (?:full|rest|whole)[\w\s]{0,20})|continue reading|keep reading|full (?:story|article)|more"
    r"|weiterlesen|mehr lesen|zum artikel|den ganzen artikel[\w\s]{0,10}|lire (?:la suite|plus|l'article[\w\s]{0,10})"
    r"|en savoir plus|leer más|seguir leyendo|sigue leyendo|leggi (?:tutto|di più|l'articolo)|continua a leggere"
    r"|ler mais|leia mais|continue lendo|lees (?:meer|verder)|czytaj (?:więcej|dalej)|więcej|číst (?:více|dále)"
    r"|citește mai mult|διαβάστε περισσότερα|читать (?:далее|дальше|полностью|подробнее)|подробнее"
    r"|читати (?:далі|більше)"
    r"|докладніше|прочети (?:още|повече)|pročitajte više|devamı(?:nı oku)?|ətraflı|davamı|կարդալ ավելին|ավելին"
    r"|ادامه مطلب|اقرأ المزيد|المزيد|קרא עוד|続きを読む|阅读全文|閱讀全文|더 ?보기|đọc tiếp|xem thêm)"
    r"[\s.…»›>→\])]*$",
    re.IGNORECASE,
)
# Weblogs sign their excerpts and their whole texts alike.
_SIGNATURE = re.compile(r"\bThe post .{1,300} (?:appeared first|first appeared) on .{1,200}$", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]*>")
_WITHIN_TAG = re.compile(r"^[^<>]*>")
_LONGEST_INVITATION = 60
_TAIL = 3_000
# Markup and all; behind so much of it no summary is short.
_MOST_LOOKED_AT = 100_000
_IDEOGRAPHS = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


def wants_page(entry: Entry, full_text: FullText) -> bool:
    """Whether the page of an entry is to be fetched: where it has an address, as the operator says of its source."""
    if entry.url is None or full_text == "never":
        return False
    return full_text == "always" or is_teaser(entry)


def is_teaser(entry: Entry) -> bool:
    """Whether the text of an entry is but the beginning, or a summary, of what its page says."""
    if _is_cut_off(_end_of(entry.content or entry.summary or "")):
        return True
    return entry.content is None and _weigh(_strip((entry.summary or "")[:_MOST_LOOKED_AT])) < SHORTEST_WHOLE_SUMMARY


def _strip(fragment: str) -> str:
    """Without tags. An entry is read for certain elsewhere; here an estimate will do, for each entry of each poll."""
    return unescape(_TAG.sub(" ", fragment)).strip()


def _end_of(fragment: str) -> str:
    text = _strip(_WITHIN_TAG.sub("", fragment[-_TAIL:]))
    return _SIGNATURE.sub("", text).rstrip()


def _is_cut_off(text: str) -> bool:
    if _CUT.search(text[-_LONGEST_INVITATION:]):
        return True
    found = _GO_ON.search(text[-_LONGEST_INVITATION:])
    if found is None:
        return False
    # The words stand behind the end of a sentence, or alone: "he wants more" ends a text as well as any.
    before = text[: len(text) - len(found[0])].rstrip(" [(")
    return not before or before[-1] in '.!?…。！？։:»"”)]|-–—→'


def _weigh(text: str) -> int:
    return sum(letter.isalnum() for letter in text) + 2 * len(_IDEOGRAPHS.findall(text))
