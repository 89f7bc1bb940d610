"""Bytes to text: the declared charset, the real one, and repaired text."""

import unicodedata

import ftfy
import pytest
from ftfy.badness import is_bad
from hypothesis import given
from hypothesis import strategies as st

from monitor.parse.charset import clean_line, clean_text, decode_bytes, repair_text

ENGLISH = "The ministry’s “offer” – a café bill…"
RUSSIAN = "Президент заявил о переговорах. «Это важно», — сказал он журналистам в среду вечером."
PLAIN_RUSSIAN = "Президент заявил о переговорах в среду."


@pytest.mark.parametrize(
    ("text", "charset"),
    [
        ("Stadtrat streitet über die letzte Fähre", "cp1252"),
        ("El puerto reabre tras diez días de huelga", "cp1252"),
        ("Après trois semaines de crue, les moulins sont à l'arrêt", "cp1252"),
        ("Rada miasta odłożyła decyzję w sprawie ostatniego promu", "cp1250"),
        ("Městská rada odložila rozhodnutí o posledním přívozu", "cp1250"),
        ("Consiliul a amânat decizia şi oraşul aşteaptă", "cp1250"),
        ("Liman işçileri üçüncü haftada da greve devam ediyor", "cp1254"),
        ("Gemiler hazırlıyor", "cp1254"),
        ("Κλειστός ο ορεινός δρόμος μετά από πυροβολισμούς", "cp1253"),
        ("צוותי המעבורות הצביעו בעד שבוע נוסף של שביתה", "cp1255"),
        ("إغلاق الطريق الجبلي بعد تبادل لإطلاق النار", "cp1256"),
        ("Міська рада відклала рішення про останній трамвай", "cp1251"),
        ("Посаде трајеката гласале за још једну недељу штрајка", "cp1251"),
        ("Министерство пригрозило ответить силой", "koi8-r"),
    ],
)
def test_one_line_is_enough_to_tell_a_charset_of_one_byte_a_letter(text: str, charset: str) -> None:
    assert decode_bytes(text.encode(charset)) == text
    assert decode_bytes(f"<p class='a'>{text}</p>".encode(charset)) == f"<p class='a'>{text}</p>"


@pytest.mark.parametrize(
    ("text", "charset"),
    [
        (ENGLISH, "utf-8"), (ENGLISH, "utf-8-sig"), (ENGLISH, "utf-16"), (ENGLISH, "cp1252"), (RUSSIAN, "cp1251"),
        (RUSSIAN, "utf-8"), ("日本の首相は水曜日に会見した。", "shift_jis"), ("中国外交部发言人星期三表示", "gb18030"),
        ("Le président a déclaré : l’été sera chaud", "cp1252"), ("Příliš žluťoučký kůň úpěl. „Ano“, řekl.", "cp1250"),
    ],
)  # fmt: skip
def test_undeclared_charsets_are_told_by_their_bytes(text: str, charset: str) -> None:
    assert decode_bytes(text.encode(charset)) == text


@pytest.mark.parametrize(
    ("data", "content_type"),
    [
        (PLAIN_RUSSIAN.encode("koi8-r"), "text/html; charset=koi8-r"),
        (b'<?xml version="1.0" encoding="koi8-r"?>' + PLAIN_RUSSIAN.encode("koi8-r"), None),
        (b'<meta charset="windows-1251">' + RUSSIAN.encode("cp1251"), None),
        (RUSSIAN.encode("utf-8"), "text/html; charset=iso-8859-1"),
        (RUSSIAN.encode("utf-8"), "text/html; charset=no-such-thing"),
        (b"\xef\xbb\xbf" + RUSSIAN.encode("utf-8"), "text/html; charset=windows-1251"),
    ],
)
def test_declarations_are_believed_in_their_order(data: bytes, content_type: str | None) -> None:
    assert decode_bytes(data, content_type).endswith((RUSSIAN, PLAIN_RUSSIAN))


def test_latin_1_means_windows_1252_and_gb2312_means_gb18030() -> None:
    assert decode_bytes(ENGLISH.encode("cp1252"), "text/plain; charset=ISO-8859-1") == ENGLISH
    assert decode_bytes("镕基".encode("gb18030"), "text/plain; charset=gb2312") == "镕基"


def test_a_letter_cut_in_half_is_dropped_and_stray_bytes_are_read() -> None:
    assert decode_bytes("café é".encode()[:-1]) == "café "
    assert decode_bytes("éééééééééééé ".encode() + b"\x93x") == "éééééééééééé “x"


def test_mojibake_is_repaired_without_straightening_quotes() -> None:
    broken = "Azerbaijanâ€™s ministry â€œagreedâ€\x9d\nplain’s “quote”"

    assert decode_bytes(broken.encode()) == "Azerbaijan’s ministry “agreed”\nplain’s “quote”"


def test_what_steers_display_is_dropped_and_joiners_stay() -> None:
    assert clean_text("a\x00b\u202ec\ufeffd\xade\u200bf\ud800g\r\nh\u2028i") == "abcdefg\nh\ni"
    assert clean_text("می‌خواهم") == "می‌خواهم"
    assert clean_line(" a\u00a0\u2009b\n c ") == "a b c"


@given(st.binary(max_size=300))
def test_no_bytes_make_it_fail_and_every_text_can_be_stored(data: bytes) -> None:
    text = decode_bytes(data)

    assert "\x00" not in text
    assert text.encode().decode() == text
    assert unicodedata.is_normalized("NFC", text)


@given(st.text(max_size=200))
def test_cleaning_a_line_twice_changes_nothing(text: str) -> None:
    assert clean_line(clean_line(text)) == clean_line(text)


_MOJIBAKE = st.lists(
    st.one_of(
        st.sampled_from("abzAZ .,\n«»“”’—ВГРСЂвзабЮÃÂÎŒœØÙàÐβΒλ€™°²¼½╔▒ĂşßЁ中عã"),
        st.text(alphabet="éçßдя λ’“—中", max_size=3).map(lambda text: text.encode().decode("cp1252", "replace")),
        st.text(alphabet="éçßдя λ’“—中", max_size=3).map(lambda text: text.encode().decode("cp1251", "replace")),
    ),
    max_size=12,
).map("".join)


@given(_MOJIBAKE)
def test_the_quick_look_for_mojibake_misses_none_that_the_thorough_one_finds(text: str) -> None:
    thorough = "\n".join(ftfy.fix_encoding(line) if is_bad(line) else line for line in text.split("\n"))

    assert repair_text(text) == (thorough if is_bad(text) else text)


@given(st.text())
def test_a_line_is_the_clean_text_with_single_spaces(text: str) -> None:
    assert clean_line(text) == " ".join(clean_text(text).split())


def test_marks_piled_on_one_letter_cost_no_more_than_thirty_of_them() -> None:
    # To compose them all would take minutes: the time goes with the square of their number.
    assert clean_text("a" + "\u0323\u0301" * 100_000 + " word") == clean_text("a" + "\u0323\u0301" * 15 + " word")
    few = "a" + "\u0323\u0301" * 15
    assert clean_text(few) == unicodedata.normalize("NFC", few)
