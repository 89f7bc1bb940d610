"""Cut a text into paragraphs and sentences by rules, without a model and without knowing the language.

A stop ends a sentence unless what stands before it is usually followed by more ("Mr.", "U.S.", an initial, "им."), or
what follows goes on in lower case. Russian, Armenian (։), Arabic (؟ ۔), Devanagari (।) and Chinese (。) stops count.
When in doubt it does not cut: a rule that asks for one sentence then sees a little too much rather than too little.
"""

import re
from collections.abc import Iterator

Span = tuple[int, int]

_BLANK_LINE = re.compile(r"\n[^\S\n]*\n\s*")
_CLOSING = "\"'”’»›“)\\]）」』】〉》"
_OPENING = "\"'“‘«‹„([¿¡（「『-–—•"
# A stop of a spaced script counts only before a space or the end; the stops of Chinese and Japanese stand alone.
# A run of stops is tried from its first only, so that a page of dots costs no more than a page of words.
_STOP = re.compile(
    rf"(?:(?<![.!?…])[.!?…]++|(?<![։؟۔।॥])[։؟۔।॥]++|(?<=[Ա-և]):)[{_CLOSING}]*+(?=\s|$)|[。！？｡]++[{_CLOSING}]*+"
)
# With which each of these begins; to search for a letter alone is ten times as fast.
_STOP_LETTER = re.compile("[.!?…։؟۔।॥:。！？｡]")
_BEFORE_WORD = frozenset("\"'“‘«„([/–—")
_NEXT_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_DOTTED = re.compile(r"[^\W\d_](?:\.[^\W\d_]{1,2})+")
_NUMBERED = re.compile(r"[\d]{1,2}")
_LONGEST_WORD = 40


def _word_set(words: str) -> frozenset[str]:
    return frozenset(words.split())


# Always followed by the name they announce.
_NEVER_LAST = _word_set(
    """
    mr mrs ms messrs dr prof rev fr hon gen col lt sgt cpl capt cmdr adm maj brig gov sen rep pres st mt ft vs viz cf
    ca approx e.g i.e hr frau dipl ing bzw z.b d.h u.a vgl mme mlle sr sra srta dña ud uds sig sig.ra dott avv ул пл пер
    г-н г-жа проф акад доц ген полк напр т.е т.н д.ф.н к.т.н обл р-н инж вул бул пл просп
    """
)
# Followed by a number; before anything else they are words ("no", "art") that may well come last.
_BEFORE_NUMBER = _word_set(
    """
    no nos nr núm n art fig vol p pp sec ch cap стр рис ст п пп гл
    """
)
# Followed by more, or by a new sentence: then the next word decides.
_SOMETIMES_LAST = _word_set(
    """
    jr inc ltd co corp llc bros plc etc jan feb mar apr jun jul aug sep sept oct nov dec mon tue wed thu fri sat sun
    a.m p.m al dept univ assn est u.s u.k u.n e.u d.c u.s.a т.д т.п др г гг в вв н.э млн млрд тыс руб коп долл чел кв
    ок им usw b.c a.d ph.d s.a s.p.a
    """
)
_STARTERS = _word_set(
    """
    the a an this that these those it its he she his her they their we our you i in on at by for from to with without
    after before when while where who what why how if but and or so yet as since although though however meanwhile
    according there here both each some many most all no not one two three during under over last next earlier later
    officials police который это эта этот эти он она они оно его ее её их мы вы я в во на по за из с со у к ко о об
    при для от до после перед когда пока если но и а или как также однако тем между ранее позже сегодня вчера там
    здесь все der die das ein eine er sie es wir im am auf mit nach vor bei le la les un une il elle ils elles ce
    cette dans sur avec après el los las una en con por para según se
    """
)
_MONTHS_AFTER_ORDINAL = _word_set(
    """
    januar jänner februar märz april mai juni juli august september oktober november dezember
    """
)


def paragraph_spans(text: str) -> tuple[Span, ...]:
    """The paragraphs, which blank lines part: (start, end) without the space around them, in order, none empty."""
    spans = []
    start = 0
    for gap in _BLANK_LINE.finditer(text):
        spans.append((start, gap.start()))
        start = gap.end()
    spans.append((start, len(text)))
    trimmed = (_trim(text, begin, end) for begin, end in spans)
    return tuple((begin, end) for begin, end in trimmed if begin < end)


def sentence_spans(text: str) -> tuple[Span, ...]:
    """The sentences: (start, end) without the space around them, in order, none empty, none across two paragraphs.

    Every character that is not white space lies in exactly one of them.
    """
    return tuple(span for start, end in paragraph_spans(text) for span in _sentences_of(text, start, end))


def _sentences_of(text: str, start: int, end: int) -> list[Span]:
    spans = []
    for stop in _iter_stops(text, start, end):
        if stop.end() == end or _ends_sentence(text, stop, start, end):
            spans.append(_trim(text, start, stop.end()))
            start = stop.end()
    spans.append(_trim(text, start, end))
    return [(begin, finish) for begin, finish in spans if begin < finish]


def _iter_stops(text: str, start: int, end: int) -> Iterator[re.Match[str]]:
    for letter in _STOP_LETTER.finditer(text, start, end):
        if letter.start() >= start:
            stop = _STOP.match(text, letter.start(), end)
            if stop:
                yield stop
                start = stop.end()


def _ends_sentence(text: str, stop: re.Match[str], start: int, end: int) -> bool:
    """Whether a stop that is not the paragraph's last closes the sentence that began at `start`."""
    if not text[stop.end()].isspace():
        return True  # a stop of a script without spaces
    follows = _first_letters(text, stop.end(), end)
    if follows[:1].islower():
        return False
    if stop.group()[0] != "." or stop.group().startswith(".."):
        return True
    return not _is_abbreviation(_word_before(text, start, stop.start()), follows.casefold(), starts_at=start, text=text)


def _is_abbreviation(word: str, follows: str, *, starts_at: int, text: str) -> bool:
    """Whether the stop after `word` belongs to it. `follows` is the next word, folded; empty before a number."""
    folded = word.casefold()
    if folded in _NEVER_LAST or (not follows and folded in _BEFORE_NUMBER):
        return True
    if _NUMBERED.fullmatch(word):
        opens_list = text.startswith(word, starts_at) and text[starts_at + len(word) : starts_at + len(word) + 1] == "."
        return opens_list or follows in _MONTHS_AFTER_ORDINAL
    if folded in _SOMETIMES_LAST or _DOTTED.fullmatch(word) or (len(word) == 1 and word.isupper()):
        return follows not in _STARTERS
    return False


def _word_before(text: str, start: int, end: int) -> str:
    first = end
    least = max(start, end - _LONGEST_WORD)
    while first > least and not (text[first - 1].isspace() or text[first - 1] in _BEFORE_WORD):
        first -= 1
    return text[first:end]


def _first_letters(text: str, start: int, end: int) -> str:
    """The word that follows, past space and opening quotes; empty when a number or a sign comes first."""
    while start < end and (text[start].isspace() or text[start] in _OPENING):
        start += 1
    found = _NEXT_WORD.match(text, start, end)
    return found.group() if found else ""


def _trim(text: str, start: int, end: int) -> Span:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end
