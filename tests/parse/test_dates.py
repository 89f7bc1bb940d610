"""Dates: read as written, or not at all."""

from datetime import UTC, datetime

import pytest
from babel import Locale
from hypothesis import given
from hypothesis import strategies as st

from monitor.parse.date_words import MONTHS, plain
from monitor.parse.dates import ReadDate, find_utc_offset, is_date_line, lacks_zone, read_date
from monitor.parse.options import DEFAULT_LANGUAGES
from tests.builders import NOON

_PERSIAN = ("فروردین", "اردیبهشت", "خرداد", "تیر", "مرداد", "شهریور", "مهر", "آبان", "آذر", "دی", "بهمن", "اسفند")
_ISLAMIC = (
    "محرم", "صفر", "ربيع الأول", "ربيع الآخر", "جمادى الأولى", "جمادى الآخرة", "رجب", "شعبان", "رمضان", "شوال",
    "ذو القعدة", "ذو الحجة",
)  # fmt: skip


def at(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type, misc]  # year, month, day and maybe more


@pytest.mark.parametrize(
    ("raw", "language"),
    [
        ("April 22, 2021", None), ("22 April 2021", None), ("Thursday, 22nd of April 2021", "en"),
        ("22-Apr-2021", None),
        ("2021-04-22", None), ("20210422", None), ("2021/4/22", None), ("22.04.2021", None), ("22. 4. 2021", "cs"),
        ("22/04/2021", "en"), ("04/22/2021", "fr"), ("22 апреля 2021 г.", None), ("22. April 2021", None),
        ("22 avril 2021", None), ("22 de abril de 2021", None), ("22 kwietnia 2021", None), ("22 Nisan 2021", None),
        ("22 aprel 2021", None), ("Ապրիլի 22, 2021", None), ("22 აპრილი, 2021", None), ("22 сәуір 2021", None),
        ("٢٢ أبريل ٢٠٢١", None), ("۲۲ آوریل ۲۰۲۱", None), ("22 באפריל 2021", None), ("22 अप्रैल 2021", None),
        ("2021年4月22日", None), ("2021년 4월 22일", None), ("ngày 22 tháng 4 năm 2021", None),
        ("22 Απριλίου 2021", None),
        ("Published: April 22, 2021", "en"), ("April 22, 2021 14:05 IST", "en"), ("22 Ապրիլի 2021թ.", "hy"),
        ("22 апреля 2021г.", None), ("22. априла 2021.", "sr"), ("22. aprila 2021.", "sr"), ("2021. 4. 22.", "ko"),
        ("22 نيسان/أبريل 2021", "ar"), ("الخميس 22 أبريل 2021 م", "ar"), ("22 अप्रैल, 2021, दोपहर 2:05", "hi"),
    ],
)  # fmt: skip
def test_a_day_is_midnight_with_the_precision_of_a_day(raw: str, language: str | None) -> None:
    found = read_date(raw, NOON, language)

    assert found is not None
    assert (found.at, found.precision) == (at(2021, 4, 22), "day")


@pytest.mark.parametrize(
    ("raw", "language"),
    [
        ("۲ اردیبهشت ۱۴۰۰", "fa"), ("پنج‌شنبه، ۲ اردیبهشت ۱۴۰۰", "fa"), ("۱۴۰۰/۰۲/۰۲", "fa"), ("1400-02-02", "fa"),
        ("2 ثور 1400", None), ("10 رمضان 1442 هـ", "ar"), ("1442/09/10", "ar"),
        ("22 أبريل 2021 الموافق 10 رمضان 1442", "ar"),
        ("الخميس 10 رمضان 1442هـ الموافق 22 أبريل 2021", "ar"), ("令和3年4月22日", "ja"), ("民國110年4月22日", "zh"),
        ("二〇二一年四月二十二日", "zh"),
    ],
)  # fmt: skip
def test_a_day_of_another_calendar_is_the_same_day_of_ours(raw: str, language: str | None) -> None:
    found = read_date(raw, NOON, language)

    assert found is not None
    assert (found.at, found.precision) == (at(2021, 4, 22), "day")


@pytest.mark.parametrize(
    ("raw", "language"),
    [
        ("30 اسفند 1400", "fa"),
        ("1400/13/01", "fa"),
        ("31 رمضان 1442", "ar"),
        ("1400/02/02", None),
        ("令和3年2月30日", "ja"),
    ],
)
def test_what_is_no_day_of_its_calendar_or_could_be_of_two_gives_nothing(raw: str, language: str | None) -> None:
    assert read_date(raw, NOON, language) is None


def test_every_month_of_the_persian_and_the_islamic_year_is_read() -> None:
    assert [read_date(f"1 {name} 1400", NOON, "fa") for name in _PERSIAN] == [
        ReadDate(at(*day), "day")
        for day in (
            (2021, 3, 21), (2021, 4, 21), (2021, 5, 22), (2021, 6, 22), (2021, 7, 23), (2021, 8, 23), (2021, 9, 23),
            (2021, 10, 23), (2021, 11, 22), (2021, 12, 22), (2022, 1, 21), (2022, 2, 20),
        )
    ]  # fmt: skip
    assert [read_date(f"1 {name} 1442", NOON, "ar") for name in _ISLAMIC] == [
        ReadDate(at(*day), "day")
        for day in (
            (2020, 8, 20), (2020, 9, 18), (2020, 10, 18), (2020, 11, 16), (2020, 12, 16), (2021, 1, 14), (2021, 2, 13),
            (2021, 3, 14), (2021, 4, 13), (2021, 5, 13), (2021, 6, 11), (2021, 7, 11),
        )
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("2021-04-22T14:05:33.123+04:00", at(2021, 4, 22, 10, 5, 33)),
        ("2021-04-22T14:05Z", at(2021, 4, 22, 14, 5)),
        ("20210422T140500Z", at(2021, 4, 22, 14, 5)),
        ("Thu, 22 Apr 2021 14:05:00 +0200", at(2021, 4, 22, 12, 5)),
        ("Thu, 22 Apr 21 14:05:00 EST", at(2021, 4, 22, 19, 5)),
        ("Thu Apr 22 14:05:00 UTC 2021", at(2021, 4, 22, 14, 5)),
        ("1619085600", at(2021, 4, 22, 10)),
        ("1619085600000", at(2021, 4, 22, 10)),
        ("2016/6/29 15:07:41", at(2016, 6, 29, 15, 7, 41)),
        ("22.04.2021, 14:05 Uhr", at(2021, 4, 22, 14, 5)),
        ("22 апреля 2021, 14:05", at(2021, 4, 22, 14, 5)),
        ("Jeudi 22 avril 2021 à 14h05", at(2021, 4, 22, 14, 5)),
        ("Apr 22, 2021, 2:05 p.m. EDT", at(2021, 4, 22, 18, 5)),
        ("2021년 4월 22일 오후 2:05", at(2021, 4, 22, 14, 5)),
        ("۲ اردیبهشت ۱۴۰۰ - ۱۴:۰۵", at(2021, 4, 22, 14, 5)),
        ("22 أبريل 2021، 2:05 مساءً", at(2021, 4, 22, 14, 5)),
        ("22 أبريل 2021 - 2:05 ص", at(2021, 4, 22, 2, 5)),
        ("22 Απριλίου 2021, 2:05 μ.μ.", at(2021, 4, 22, 14, 5)),
        ("22 tháng 4 2021, 2:05 CH", at(2021, 4, 22, 14, 5)),
    ],
)
def test_an_instant_is_in_utc_and_without_a_zone_taken_as_utc(raw: str, expected: datetime) -> None:
    found = read_date(raw, NOON)

    assert found is not None
    assert (found.at, found.precision) == (expected, "second")


@pytest.mark.parametrize(
    "raw",
    [
        "", "   ", "yesterday", "2 hours ago", "Thursday", "April 2021", "22 April", "2021", "10 2021", "04/05/2021",
        "April 31, 2021", "2021-02-30", "2021-13-01", "0000-00-00", "99999999999999999999", "N/A", "22.04.21",
        "2041-01-01T00:00:00Z", "March 4, 2026", "4102444800", "x" * 500, "1" * 90,
    ],
)  # fmt: skip
def test_what_is_incomplete_ambiguous_or_future_gives_nothing(raw: str) -> None:
    assert read_date(raw, NOON, "en") is None
    assert read_date(raw, NOON) is None


def test_a_day_ahead_is_still_believed() -> None:
    assert read_date("March 3, 2026", NOON) is not None


def test_the_language_decides_what_an_ambiguous_date_means() -> None:
    found = read_date("04/05/2021", NOON, "fr")

    assert found is not None
    assert found.at == at(2021, 5, 4)


@pytest.mark.parametrize(
    "line",
    [
        "April 22, 2021",
        "April 31, 2021",
        "Updated: 22 April",
        "mar. 13 avr. 2021",
        "۲ اردیبهشت ۱۴۰۰",
        "二〇二一年四月二日",
    ],
)
def test_a_line_with_nothing_but_a_date_is_a_date_line(line: str) -> None:
    assert is_date_line(line)


@pytest.mark.parametrize("line", ["The May 2021 talks", "On April 22 talks failed", "22 dead", "2021", "", "May"])
def test_a_line_with_other_words_is_none(line: str) -> None:
    assert not is_date_line(line)


def test_no_month_name_means_two_months() -> None:
    for language in DEFAULT_LANGUAGES:
        for context in ("format", "stand-alone"):
            for number, name in Locale.parse(language).months[context]["wide"].items():
                assert MONTHS.get(plain(name).rstrip("."), number) == number


def test_every_month_is_read_in_every_language() -> None:
    for language in DEFAULT_LANGUAGES:
        for number, name in Locale.parse(language).months["format"]["wide"].items():
            text = f"2021年{number}月3日" if language in ("ja", "zh") else f"3 {name} 2021"
            text = f"2021년 {number}월 3일" if language == "ko" else text
            assert read_date(text, NOON, language) == ReadDate(at(2021, number, 3), "day"), text


@given(st.text(max_size=60), st.sampled_from([None, *DEFAULT_LANGUAGES]))
def test_no_string_makes_it_fail_or_lies_in_the_future(raw: str, language: str | None) -> None:
    found = read_date(raw, NOON, language)
    is_date_line(raw)

    assert found is None or (found.at.tzinfo is UTC and found.at.year < 2027)


@given(st.integers(min_value=86_400, max_value=1_700_000_000))
def test_iso_dates_come_back_as_they_were(seconds: int) -> None:
    moment = datetime.fromtimestamp(seconds, UTC)
    found = read_date(moment.isoformat(), NOON)

    assert found is not None
    assert found.at == moment


@pytest.mark.parametrize(
    "raw",
    ["Thu, 22 Apr 2021 14:05:00", "2021-04-22T14:05:00", "2021-04-22 14:05", "20210422T140500", "22.04.2021 2:05 PM"],
)
def test_a_time_without_a_zone_is_of_the_zone_around_it(raw: str) -> None:
    found = read_date(raw, NOON, "en", 4 * 60)
    assert found is not None
    assert found.at == datetime(2021, 4, 22, 10, 5, tzinfo=UTC)


@pytest.mark.parametrize("raw", ["Thu, 22 Apr 2021 14:05:00 GMT", "2021-04-22T15:05:00+01:00", "20210422T140500Z"])
def test_a_time_with_a_zone_and_a_day_alone_take_none_from_elsewhere(raw: str) -> None:
    found, day = read_date(raw, NOON, "en", 4 * 60), read_date("April 22, 2021", NOON, "en", -10 * 60)
    assert found is not None
    assert found.at == datetime(2021, 4, 22, 14, 5, tzinfo=UTC)
    assert day is not None
    assert day.at == datetime(2021, 4, 22, tzinfo=UTC)


@pytest.mark.parametrize(
    ("raw", "minutes"),
    [
        ("Thu, 22 Apr 2021 14:05:00 +0430", 270),
        ("2021-04-22T14:05:00-03:00", -180),
        ("22 Apr 2021 14:05 MSK", 180),
        ("Thu, 22 Apr 2021 14:05:00 GMT", 0),
        ("Thu, 22 Apr 2021 14:05:00", None),
        ("22 Apr 2021 14:05 IST", None),
        ("April 22, 2021", None),
        ("soon", None),
    ],
)
def test_the_zone_that_a_date_names_is_known_in_minutes(raw: str, minutes: int | None) -> None:
    assert find_utc_offset(raw) == minutes
    assert not (lacks_zone(raw) and minutes is not None)


def test_the_zero_of_a_clock_that_was_never_set_is_no_date() -> None:
    assert read_date("1970-01-01T00:00:00Z", NOON) is None
    assert read_date("Thu, 01 Jan 1970 00:00:00 +0000", NOON) is None
    assert read_date("1970-01-01T00:00:01Z", NOON) is not None
