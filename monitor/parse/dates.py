"""Dates as publishers write them: strict patterns first, then dateparser within one language.

Nothing is filled in from today and nothing is guessed: what is incomplete, ambiguous (04/05/2021 in English) or lies
in the future gives None, and the caller keeps the raw string. A time without a zone is taken to be of the zone that its
surroundings are known to have, else as UTC.
"""

import re
import warnings
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache

from monitor.loading import load_function
from monitor.model import Precision
from monitor.parse.calendars import in_our_calendar
from monitor.parse.date_words import FILLERS, MONTHS, UNCERTAIN_ZONES, WEEKDAYS, ZONES, plain

_NUMBER = re.compile(r"\d|年")
_LONGEST = 100
_YEARS = range(1600, 2201)
# What a publisher's software writes where it has no date.
_UNSET = datetime(1970, 1, 1, tzinfo=UTC)
# English is written with the month first and with the day first; without a language nobody can tell either.
_EITHER_ORDER = frozenset({"en", None})

_BASIC_ISO = re.compile(r"(\d{4})(\d\d)(\d\d)(?:t(\d\d)(\d\d)(\d\d)?(z|[+-]\d{4})?)?")
_EPOCH = re.compile(r"(\d{9,10})(?:\.\d+)?|(\d{12,13})")
_SHORT_YEAR = re.compile(r"^((?:[a-z]{3}, )?\d{1,2} [a-z]{3}) (\d\d)(?= \d\d:\d\d)")
_TOKEN = re.compile(
    r"""
    (?P<year_first>(?<!\d)(?P<y1>\d{4})(?P<s1>[./-])[ ]?(?P<m1>\d{1,2})(?P=s1)[ ]?(?P<d1>\d{1,2})(?!\d)t?)
    | (?P<year_last>(?<!\d)(?P<n1>\d{1,2})(?P<s2>[./-])[ ]?(?P<n2>\d{1,2})(?P=s2)[ ]?(?P<y2>\d{4})(?!\d))
    | (?P<east_asian>(?P<y3>\d{4})[ ]?[年년][ ]?(?P<m3>\d{1,2})[ ]?[月월][ ]?(?P<d3>\d{1,2})[ ]?[日일])
    | (?P<clock>(?:(?P<noon>오전|오후|上午|下午|午前|午後)[ ]?)?(?<!\d)(?P<hour>\d{1,2})
        (?:[ ]?[:.h時时点시][ ]?(?P<minute>\d\d)(?:[ ]?[:分분][ ]?(?P<second>\d\d)(?:[.,]\d+)?)?(?!\d)[ ]?[分분秒초]?
           | (?=[ ]?[ap]\.?[ ]?m\b))
        (?:[ ]?(?P<half>[ap])\.?[ ]?m\b\.?|[ ]?(?P<local_half>مساء|صباحا|[صم](?!\w)|[μπ]\.?μ\b\.?|ch\b|sa\b))?
        (?P<offset>[ ]?[(]?(?:gmt|utc)?[ ]?(?P<sign>[+-])(?P<east>\d\d?)(?::?(?P<east_minutes>\d\d))?(?!\d))?)
    | \b(?:tháng|thg)[ ]?(?P<numbered_month>\d{1,2})\b
    | (?P<number>\d++)(?:st|nd|rd|th|er|ης|η|го)?(?![^\W\d_])
    | (?P<digits>\d++)
    | (?P<word>(?:[^\W\d_]|[\u0900-\u0965])+)
    | (?P<mark>[^\w\s])
    """,
    re.VERBOSE,
)
_HALVES = {
    "오전": "a", "上午": "a", "午前": "a", "صباحا": "a", "ص": "a", "πμ": "a", "sa": "a",
    "오후": "p", "下午": "p", "午後": "p", "مساء": "p", "م": "p", "μμ": "p", "ch": "p",
}  # fmt: skip
_MARKS = frozenset(".,;:()[]|/'’-–—·•،、（）º°ª՝։")
_WITHOUT_ZONE = re.compile(r"(?:^|[^\d+-])\d{1,2}:\d\d(?::\d\d(?:\.\d+)?)?(?:\s*[ap]\.?m\.?)?$", re.IGNORECASE)
_HAS_CLOCK = re.compile(r"\d ?[:h] ?\d\d|\d\.\d\d$|\d ?[ap]\.?m")


@dataclass(frozen=True, slots=True)
class ReadDate:
    """A complete date; `at` is midnight UTC of its day when `precision` is "day"."""

    at: datetime
    precision: Precision


def read_date(
    raw: str | None, fetched_at: datetime, language: str | None = None, utc_offset: int | None = None
) -> ReadDate | None:
    """The instant or day a raw string names; None when it is incomplete, ambiguous or more than a day ahead.

    `utc_offset` is in minutes east of UTC, for a time without a zone.
    """
    if not raw or not raw.strip() or len(raw) > _LONGEST:
        return None
    found = _read(plain(raw), language, utc_offset or 0)
    if found is None or found.at == _UNSET or found.at > fetched_at + timedelta(days=1):
        return None
    return found


def lacks_zone(raw: str | None) -> bool:
    """Whether a raw string ends with a time of day that could be anybody's."""
    return raw is not None and _WITHOUT_ZONE.search(raw.strip()) is not None


def find_utc_offset(raw: str | None) -> int | None:
    """How many minutes east of UTC a raw string says that it is; None when it says nothing of the kind."""
    if not raw or len(raw) > _LONGEST or lacks_zone(raw):
        return None
    scanned = _scan(in_our_calendar(plain(raw), None))
    return scanned.utc_offset if scanned is not None and scanned.names_date and scanned.clocks else None


def is_date_line(line: str) -> bool:
    """Whether a line holds a date and nothing else, also one that no calendar has ("April 31, 2021")."""
    if len(line) > _LONGEST or not _NUMBER.search(line):
        return False
    found = _scan(in_our_calendar(plain(line), None))
    return found is not None and found.names_date


@lru_cache(maxsize=4096)
def _read(text: str, language: str | None, utc_offset: int) -> ReadDate | None:
    """A feed names few dates, many times over."""
    if found := _BASIC_ISO.fullmatch(text):
        return _read_basic_iso(found, utc_offset)
    if found := _EPOCH.fullmatch(text):
        seconds = int(found[1]) if found[1] else int(found[2]) // 1000
        return ReadDate(datetime.fromtimestamp(seconds, UTC), "second")
    text = in_our_calendar(text, language)
    scanned = _scan(_SHORT_YEAR.sub(_lengthen_year, text))
    if scanned is not None and scanned.names_date:
        return scanned.read(language, utc_offset)
    return _read_freely(text, language)


def _read_basic_iso(found: re.Match[str], utc_offset: int) -> ReadDate | None:
    try:
        at = datetime.fromisoformat(found[0].upper())
    except ValueError:
        return None
    return ReadDate(_in_utc(at, utc_offset if found[4] else 0), "second" if found[4] else "day")


def _lengthen_year(found: re.Match[str]) -> str:
    """RFC 822 allowed years of two digits; RFC 2822 says how to read them."""
    century = 2000 if int(found[2]) < 50 else 1900
    return f"{found[1]} {century + int(found[2])}"


@dataclass(slots=True)
class _Scan:
    """What a text said about a date, token by token."""

    numeric: list[re.Match[str]] = field(default_factory=list)
    months: list[str] = field(default_factory=list)
    numbers: list[str] = field(default_factory=list)
    clocks: list[re.Match[str]] = field(default_factory=list)
    zones: list[str] = field(default_factory=list)

    @property
    def names_date(self) -> bool:
        """Whether there is exactly one date, be it incomplete: numeric, or a month with a day, a year or both."""
        if len(self.clocks) > 1 or len(self.zones) > 2:
            return False
        if self.numeric:
            return len(self.numeric) == 1 and not self.numbers
        lengths = sorted(len(number) for number in self.numbers)
        return len({MONTHS.get(month, month) for month in self.months}) == 1 and lengths in (
            [1],
            [2],
            [4],
            [1, 4],
            [2, 4],
        )

    def read(self, language: str | None, utc_offset: int) -> ReadDate | None:
        day = self._read_numeric(language) if self.numeric else self._read_named()
        if day is None or day[0] not in _YEARS:
            return None
        try:
            return self._read_clock(datetime(*day, tzinfo=UTC), utc_offset)
        except (ValueError, OverflowError):
            return None

    def _read_named(self) -> tuple[int, int, int] | None:
        if len(self.numbers) != 2:
            return None
        day, year = sorted(int(number) for number in self.numbers)
        month = self.months[0]
        return year, int(month) if month.isdigit() else MONTHS[month], day

    def _read_numeric(self, language: str | None) -> tuple[int, int, int] | None:
        found = self.numeric[0]
        if found["year_first"]:
            return int(found["y1"]), int(found["m1"]), int(found["d1"])
        if found["east_asian"]:
            return int(found["y3"]), int(found["m3"]), int(found["d3"])
        year, day, month = int(found["y2"]), int(found["n1"]), int(found["n2"])
        if found["s2"] == "." or day > 12 or day == month:
            return year, month, day
        if month > 12:
            return year, day, month
        return None if language in _EITHER_ORDER else (year, month, day)

    @property
    def utc_offset(self) -> int | None:
        """Minutes east of UTC, where the time says so by a number or the name of a zone."""
        clock = self.clocks[0]
        if clock["offset"]:
            minutes = 60 * int(clock["east"]) + int(clock["east_minutes"] or 0)
            return -minutes if clock["sign"] == "-" else minutes
        return next((int(60 * ZONES[zone]) for zone in self.zones if zone in ZONES), None)

    def _read_clock(self, day: datetime, utc_offset: int) -> ReadDate:
        if not self.clocks or any(zone in UNCERTAIN_ZONES for zone in self.zones):
            return ReadDate(day, "day")
        clock = self.clocks[0]
        hour = int(clock["hour"])
        half = clock["half"] or _HALVES.get((clock["local_half"] or clock["noon"] or "").replace(".", ""))
        if half:
            hour = hour % 12 + (12 if half == "p" else 0)
        local = day.replace(hour=hour, minute=int(clock["minute"] or 0), second=min(int(clock["second"] or 0), 59))
        said = self.utc_offset
        return ReadDate(_in_utc(local.replace(tzinfo=None), utc_offset if said is None else said), "second")


def _scan(text: str) -> _Scan | None:
    """Read a text as a date; None at the first token that has no business in one."""
    scan = _Scan()
    words: list[str] = []
    for found in _TOKEN.finditer(text):
        kind = found.lastgroup
        if found["year_first"] or found["year_last"] or found["east_asian"]:
            scan.numeric.append(found)
        elif found["clock"]:
            scan.clocks.append(found)
        elif found["numbered_month"] or found["number"] or found["digits"]:
            (scan.months if found["numbered_month"] else scan.numbers).append(found[kind or 0])
        elif found["word"]:
            words.append(found["word"])
        elif found["mark"] not in _MARKS:
            return None
    return scan if _sort_words(words, scan) else None


def _sort_words(words: list[str], scan: _Scan) -> bool:
    """Give each word its role; False when one has none."""
    months = [word for word in words if word in MONTHS]
    if len(months) > 1:
        # "mar." is Tuesday as well as March in three languages.
        months = [word for word in months if word not in WEEKDAYS]
    scan.months += months
    for word in words:
        if word in ZONES or word in UNCERTAIN_ZONES:
            scan.zones.append(word)
        elif word not in MONTHS and word not in WEEKDAYS and word not in FILLERS:
            return False
    return True


def _in_utc(at: datetime, utc_offset: int = 0) -> datetime:
    return (at if at.tzinfo else at.replace(tzinfo=timezone(timedelta(minutes=utc_offset)))).astimezone(UTC)


def _read_freely(text: str, language: str | None) -> ReadDate | None:
    """dateparser's reading, in the language alone, absolute dates with day, month and year only."""
    if language is None or not re.search(r"\b\d{4}\b", text):
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            # Loaded by the first date that needs it: it is large, and the main process reads dates of sitemaps only.
            at = load_function("dateparser:parse")(
                text,
                languages=[language],
                settings={
                    "STRICT_PARSING": True,
                    "REQUIRE_PARTS": ["day", "month", "year"],
                    "PARSERS": ["absolute-time"],
                    "TIMEZONE": "UTC",
                    "RETURN_AS_TIMEZONE_AWARE": True,
                },
            )
        except Exception:  # noqa: BLE001 - dateparser raises what its dependencies raise; unreadable is None
            return None
    if at is None or at.year not in _YEARS:
        return None
    precision: Precision = "second" if _HAS_CLOCK.search(text) else "day"
    return ReadDate(_in_utc(at), precision)
