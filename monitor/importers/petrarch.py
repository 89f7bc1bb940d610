"""Actor dictionaries of TABARI and PETRARCH to draft actors.

    AZERBAIJAN_  [AZE]             ; the name with `_` for space, its codes in brackets, a comment
    +REPUBLIC_OF_AZERBAIJAN        ; another name of the same
    HEYDAR_ALIYEV
        [AZEGOV 931003-031031]     ; a code for some time: from-to, >from, <to; two-digit years turn at 30
        [AZEELI >031031]

The first three letters of a code are a country. An actor whose only code is such a country stands for the state, the
first of them as the state itself and the others as part of it. Kinds are guesses to look over.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from monitor.importers.drafts import DraftActor, DraftOffice, FindFault, Imported, Intake, Name

_LANGUAGE = "en"
_COUNTRY = 3
_PIVOT = 30
_NO_COUNTRY = frozenset({"IGO", "NGO", "IMG", "MNC", "NGM", "INT", "UNK", "NON"})
_ARMED = frozenset({"REB", "INS", "SEP", "RAD", "UAF"})
_SMALL_WORDS = frozenset({"of", "the", "and", "for", "in", "on", "to", "de", "la", "al", "bin", "von", "van"})
_ROMAN = re.compile(r"[ivx]{2,}")
_CODES = re.compile(r"\[([^\]]*)\]")
_PERIOD = re.compile(r"(?:([<>])\s*(\d{8}|\d{6})|(\d{8}|\d{6})\s*-\s*(\d{8}|\d{6}))(?!\d)")
_SPECIAL = re.compile(r"[&!~{}%|<>=]")


@dataclass(frozen=True, slots=True)
class _Code:
    code: str
    first_on: str | None = None
    last_on: str | None = None

    @property
    def country(self) -> str:
        return "" if self.code[:_COUNTRY] in _NO_COUNTRY else self.code[:_COUNTRY]

    @property
    def role(self) -> str:
        return self.code[_COUNTRY:]

    @property
    def is_dated(self) -> bool:
        return bool(self.first_on or self.last_on)


@dataclass(slots=True)
class _Block:
    """An actor as it stands in the file."""

    line: int
    names: list[Name] = field(default_factory=list)
    codes: list[_Code] = field(default_factory=list)
    is_refused: bool = False

    @property
    def is_country(self) -> bool:
        return bool(self.codes) and all(code.country and not code.role and not code.is_dated for code in self.codes)


def import_petrarch(text: str, file: str, find_fault: FindFault) -> Imported:
    """The actors of a dictionary."""
    intake = Intake(file, find_fault)
    blocks = [block for block in _read_blocks(text, intake) if _is_whole(block, intake)]
    ids = [intake.give_id(block.names[0].text, "actor") for block in blocks]
    states: dict[str, str] = {}
    for block, actor_id in zip(blocks, ids, strict=True):
        if block.is_country:
            states.setdefault(block.codes[0].country, actor_id)
    _name_missing_states(blocks, states, intake)
    actors = tuple(_draft(block, actor_id, states) for block, actor_id in zip(blocks, ids, strict=True))
    return Imported(actors=actors, problems=tuple(sorted(intake.problems)))


def _read_blocks(text: str, intake: Intake) -> list[_Block]:
    blocks: list[_Block] = []
    for number, line in _iter_lines(text):
        written = line.strip()
        name = _CODES.split(written, maxsplit=1)[0].strip()
        if name.startswith("&"):
            intake.refuse(number, f'a set of synonyms ("{name}")')
            blocks.append(_Block(number, is_refused=True))
        elif name and not name.startswith("+"):
            blocks.append(_Block(number))
        if not blocks:
            intake.refuse(number, f'"{written}" belongs to no actor')
        if not blocks or blocks[-1].is_refused:
            continue
        if name:
            _add_name(blocks[-1], name.removeprefix("+"), number, intake)
        for codes in _CODES.findall(written):
            blocks[-1].codes.extend(_read_codes(codes, number, intake))
    return blocks


def _iter_lines(text: str) -> Iterator[tuple[int, str]]:
    """The lines that say something, without comments; `<!--` and `-->` may be lines apart."""
    blanked = re.sub(r"<!--.*?(?:-->|\Z)", lambda found: "\n" * found[0].count("\n"), text, flags=re.DOTALL)
    for number, line in enumerate(blanked.split("\n"), start=1):
        written = re.split("[;#]", line, maxsplit=1)[0]
        if written.strip():
            yield number, written


def _add_name(block: _Block, written: str, line: int, intake: Intake) -> None:
    if _SPECIAL.search(written):
        intake.refuse(line, f'"{written}" holds a sign with a meaning of its own in these dictionaries')
        return
    words = written.replace("_", " ").split()
    block.names.extend(intake.take_names([Name(" ".join(map(_cased, words)), _LANGUAGE)], line))


def _cased(word: str) -> str:
    """Dictionaries are all in capitals; people are not."""
    if not word.isupper():
        return word
    small = word.lower()
    if small in _SMALL_WORDS or _ROMAN.fullmatch(small):
        return small if small in _SMALL_WORDS else word
    return re.sub(r"[^\W\d_]+", lambda found: found[0].capitalize(), small)


def _read_codes(written: str, line: int, intake: Intake) -> list[_Code]:
    """The codes of one pair of brackets: `AZE`, `AZEGOV >931003`, `AZE/ARM`."""
    names, _, rest = written.strip().partition(" ")
    first_on, last_on = None, None
    period = _PERIOD.search(written)
    if period:
        names = written[: period.start()].strip()
        sign, bound, start, end = period.groups()
        first_on = _read_day(start or (bound if sign == ">" else None), line, intake)
        last_on = _read_day(end or (bound if sign == "<" else None), line, intake)
        if first_on and last_on and last_on < first_on:
            intake.refuse(line, f'the period of "{written}", which ends before it begins')
            return []
    elif rest.strip():
        intake.refuse(line, f'"{rest.strip()}" in "[{written}]" is no period')
    codes = [name.strip() for name in names.split("/") if name.strip()]
    return [_Code(code, first_on, last_on) for code in codes if _is_code(code, line, intake)]


def _is_code(code: str, line: int, intake: Intake) -> bool:
    if re.fullmatch(r"[A-Z]{3,}", code):
        return True
    if code != "---":  # "of no interest" in these dictionaries
        intake.refuse(line, f'"{code}" is no code')
    return False


def _read_day(digits: str | None, line: int, intake: Intake) -> str | None:
    if digits is None:
        return None
    year, month, day = int(digits[:-4]), int(digits[-4:-2]), int(digits[-2:])
    if len(digits) == len("931003"):
        year += 1900 if year >= _PIVOT else 2000
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        intake.refuse(line, f'"{digits}" is no day; the period is left open')
        return None


def _is_whole(block: _Block, intake: Intake) -> bool:
    if block.is_refused or not block.names:
        return False  # why was said at its line
    if not block.codes:
        intake.refuse(block.line, f'"{block.names[0].text}" has no code')
        return False
    return True


def _name_missing_states(blocks: list[_Block], states: Mapping[str, str], intake: Intake) -> None:
    """Once for each country that somebody acts for and that is not in the file."""
    missing: dict[str, int] = {}
    for block in blocks:
        for code in block.codes:
            if code.country and code.country not in states:
                missing.setdefault(code.country, block.line)
    for country, line in missing.items():
        intake.refuse(line, f'no actor here is the state "{country}", so "part_of" and "acts_for" it are left out')


def _draft(block: _Block, actor_id: str, states: Mapping[str, str]) -> DraftActor:
    dated = any(code.is_dated for code in block.codes)
    found = {state: None for code in block.codes if (state := states.get(code.country)) and state != actor_id}
    offices = [
        DraftOffice(states[code.country], code.role or None, code.first_on, code.last_on)
        for code in block.codes
        if dated and states.get(code.country, actor_id) != actor_id and (code.is_dated or code.role)
    ]
    return DraftActor(
        id=actor_id,
        kind=_kind_of(block, is_state=actor_id in states.values(), dated=dated),
        names=tuple(dict.fromkeys(block.names)),
        ids=tuple(dict.fromkeys(("cameo", code.code) for code in block.codes)),
        part_of=() if dated else tuple(found),
        offices=tuple(dict.fromkeys(offices)),
        line=block.line,
    )


def _kind_of(block: _Block, *, is_state: bool, dated: bool) -> str:
    if is_state:
        return "state"
    if dated:
        return "person"
    if block.is_country:
        return "place"
    roles = {code.role[:_COUNTRY] for code in block.codes}
    return "armed-group" if roles & _ARMED else "organisation"
