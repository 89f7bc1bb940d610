"""Days of other calendars, written as days of ours: Persian and Islamic dates, East Asian eras and numerals.

A text goes through here before monitor.parse.dates reads it, in the form of monitor.parse.date_words.plain. What is no
day of its calendar stays as it is, and is then no date. Of which calendar a day in numbers is, its language tells.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date

from hijridate import Hijri
from persiantools.jdatetime import JalaliDate

from monitor.parse.date_words import plain

_PERSIAN_MONTHS = (
    ("فروردین", "حمل"), ("اردیبهشت", "ثور"), ("خرداد", "جوزا"), ("تیر", "سرطان"), ("مرداد", "امرداد", "اسد"),
    ("شهریور", "سنبله"), ("مهر", "میزان"), ("آبان", "عقرب"), ("آذر", "قوس"), ("دی", "جدی"), ("بهمن", "دلو"),
    ("اسفند", "حوت"),
)  # fmt: skip
_ISLAMIC_MONTHS = (
    ("محرم", "المحرم"), ("صفر",), ("ربيع الأول", "ربيع اول"), ("ربيع الآخر", "ربيع الثاني"),
    ("جمادى الأولى", "جمادى الاولى"), ("جمادى الآخرة", "جمادى الثانية", "جمادى الاخرة"), ("رجب",), ("شعبان",),
    ("رمضان",), ("شوال",), ("ذو القعدة", "ذي القعدة", "ذوالقعدة"), ("ذو الحجة", "ذي الحجة", "ذوالحجة"),
)  # fmt: skip
# Years before the first of each era.
_ERAS = {"令和": 2018, "平成": 1988, "昭和": 1925, "中華民國": 1911, "中华民国": 1911, "民國": 1911, "民国": 1911}
_NUMERALS = {letter: number for number, letter in enumerate("〇一二三四五六七八九")} | {"零": 0, "○": 0}
_TEN = "十"


def in_our_calendar(text: str, language: str | None) -> str:
    """The text with a day of another calendar as year-month-day of ours; where both stand, ours alone."""
    if not _MAY_BE_FOREIGN.search(text):
        return text
    if (both := _BOTH.search(text)) is not None:
        return next((side for side in (text[both.end() :], text[: both.start()]) if _OUR_YEAR.search(side)), text)
    for pattern, read in _PATTERNS:
        text = pattern.sub(lambda found, read=read: _write(found, read), text)  # type: ignore[misc]  # bound at once
    read_numbers = _BY_LANGUAGE.get(language or "")
    return _NUMBERS.sub(lambda found: _write(found, read_numbers), text) if read_numbers else text


def _write(found: re.Match[str], read: Callable[[re.Match[str]], date]) -> str:
    try:
        return f"{read(found).isoformat()} "
    except (ValueError, OverflowError):
        return found[0]


def _numbers(found: re.Match[str]) -> tuple[int, int, int]:
    return int(found["year"]), int(found["month"]), int(found["day"])


def _named(months: Mapping[str, int]) -> Callable[[re.Match[str]], tuple[int, int, int]]:
    return lambda found: (int(found["year"]), months[found["month"]], int(found["day"]))


def _persian(year: int, month: int, day: int) -> date:
    found: date = JalaliDate(year, month, day).to_gregorian()  # type: ignore[no-untyped-call]  # not annotated
    return found


def _islamic(year: int, month: int, day: int) -> date:
    return date.fromisoformat(Hijri(year, month, day).to_gregorian().isoformat())


def _of_era(found: re.Match[str]) -> date:
    year = 1 if found["year"] == "元" else int(found["year"])
    return date(_ERAS[found["era"]] + year, int(found["month"]), int(found["day"]))


def _in_numerals(found: re.Match[str]) -> date:
    year = int("".join(str(_NUMERALS[letter]) for letter in found["year"]))
    return date(year, _below_hundred(found["month"]), _below_hundred(found["day"]))


def _below_hundred(numerals: str) -> int:
    """ "二十三" is 23, "十" 10, "三" 3."""
    tens, ten, ones = numerals.rpartition(_TEN)
    value = _NUMERALS[ones] if ones else 0
    return value + (10 * (_NUMERALS[tens] if tens else 1) if ten else 0)


def _numbered(names: tuple[tuple[str, ...], ...]) -> dict[str, int]:
    return {plain(name): number for number, group in enumerate(names, start=1) for name in group}


def _day_month_year(months: Mapping[str, int]) -> re.Pattern[str]:
    names = "|".join(sorted(map(re.escape, months), key=len, reverse=True))
    return re.compile(rf"(?<!\d)(?P<day>\d{{1,2}})[ ]?(?P<month>{names})[ ,،]{{1,3}}(?P<year>1[345]\d\d)(?!\d)")


_PERSIAN, _ISLAMIC = _numbered(_PERSIAN_MONTHS), _numbered(_ISLAMIC_MONTHS)
_NUMERAL = f"[{''.join(_NUMERALS)}]"
_MAY_BE_FOREIGN = re.compile(r"1[345]\d\d|[年ه]|موافق")
_BOTH = re.compile(r"\b(?:ال)?موافق(?: ل)?\b")
_OUR_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_NUMBERS = re.compile(r"(?<!\d)(?P<year>1[345]\d\d)(?P<mark>[./-])(?P<month>\d{1,2})(?P=mark)(?P<day>\d{1,2})(?!\d)")
_PATTERNS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], date]], ...] = (
    (_day_month_year(_PERSIAN), lambda found: _persian(*_named(_PERSIAN)(found))),
    (_day_month_year(_ISLAMIC), lambda found: _islamic(*_named(_ISLAMIC)(found))),
    (
        re.compile(
            rf"(?P<era>{'|'.join(_ERAS)})[ ]?(?P<year>\d{{1,3}}|元)[ ]?年[ ]?"
            r"(?P<month>\d{1,2})[ ]?月[ ]?(?P<day>\d{1,2})[ ]?日"
        ),
        _of_era,
    ),
    (
        re.compile(
            rf"(?P<year>{_NUMERAL}{{4}})年(?P<month>{_TEN}?{_NUMERAL}?)月(?P<day>{_NUMERAL}?{_TEN}?{_NUMERAL}?)日"
        ),
        _in_numerals,
    ),
)
_BY_LANGUAGE: dict[str, Callable[[re.Match[str]], date]] = {
    "fa": lambda found: _persian(*_numbers(found)),
    "ar": lambda found: _islamic(*_numbers(found)),
}
