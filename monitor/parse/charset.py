"""Bytes to text: which charset they are in, whether the text was decoded wrongly before, and what may stand in it.

The order of belief: byte order mark, HTTP header, XML prolog or meta element, strict UTF-8, the letters of alphabets
(monitor.parse.alphabets), the looks of windows-1252, charset-normalizer. It does not fold: that is monitor.text.fold's,
and comes after.
"""

import codecs
import re
import unicodedata

import charset_normalizer
import ftfy
from ftfy.badness import MOJIBAKE_CATEGORIES, is_bad

from monitor.parse.alphabets import find_by_letters

# The WHATWG's reading of labels: what a page calls latin-1 was written with windows-1252.
_ALIASES = {
    "ascii": "cp1252", "us-ascii": "cp1252", "iso-8859-1": "cp1252", "iso8859-1": "cp1252", "latin1": "cp1252",
    "latin-1": "cp1252", "windows-1252": "cp1252", "iso-8859-9": "cp1254", "iso-8859-11": "cp874",
    "gb2312": "gb18030", "gbk": "gb18030", "gb_2312-80": "gb18030", "x-gbk": "gb18030",
    "shift_jis": "cp932", "shift-jis": "cp932", "sjis": "cp932", "x-sjis": "cp932",
    "ks_c_5601-1987": "cp949", "euc-kr": "cp949", "big5": "big5hkscs", "unicode": "utf-16", "utf8": "utf-8",
}  # fmt: skip
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_DECLARED = (
    re.compile(rb"""<\?xml[^>]{0,200}?encoding\s*=\s*["']([\w.:-]{2,40})""", re.IGNORECASE),
    re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([\w.:-]{2,40})""", re.IGNORECASE),
)
_DECLARED_WITHIN = 4096
_HTTP_CHARSET = re.compile(r"""charset\s*=\s*["']?([\w.:-]{2,40})""", re.IGNORECASE)
_SINGLE_BYTE = re.compile(r"cp12\d\d|cp8\d\d|koi8|iso8859|mac|latin", re.IGNORECASE)
# Curly quotes, dashes, ellipsis, euro and bullet in windows-1252, next to an ASCII letter, space or punctuation.
_TYPICAL_1252 = re.compile(rb"[A-Za-z .,]([\x80\x85\x91-\x97])(?=[A-Za-z\xc0-\xff ,.;:\r\n]|$)")
_SYMBOL_IN_WORD = re.compile(r"[^\W\d_][¹³¿¼¾£¥±¦¢¤¶][^\W\d_]")
_BROKEN_UTF8_SHARE = 0.1
# Bytes that are no UTF-8, as "surrogateescape" shows them.
_STRAY = re.compile("[\udc80-\udcff]")
_CUT_OFF = re.compile("[\udcc2-\udcf4][\udc80-\udcbf]{0,2}$")
_BEYOND_ASCII = re.compile("[^\x00-\x7f]")
_SAMPLE = 200_000
# The test of ftfy takes as long as all the rest of reading. Whatever it finds holds a letter of these kinds beside
# another one beyond ASCII, a control, or one of the four letters that betray it alone: only there is it asked.
_KINDS = "".join(
    MOJIBAKE_CATEGORIES[kind]
    for kind in ("c1", "bad", "law", "currency", "numeric", "upper_accented", "lower_accented", "box")
)
_SUSPECT = re.compile(
    rf"[{_KINDS}ŒœÃÂÙ](?:(?=[^\x00-\x7f])|(?<=[^\x00-\x7f].)|(?<=[{MOJIBAKE_CATEGORIES['c1']}ŒœÃÂ]))"
    "|вЂ|[ВГРСΒΓΞΟ][^\x00-\x7f][ВГРСΒΓΞΟ]"
)
_AROUND = 6

# Controls (not tab and newline), lone surrogates, soft hyphen, zero width space, bidi marks, byte order mark, tags,
# noncharacters. The joiners U+200C and U+200D stay: Persian and emoji are written with them.
_UNWANTED = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff"
    "\ufdd0-\ufdef\ufff9-\ufffb\ufffe\uffff\ud800-\udfff\U000e0000-\U000e0fff]"
)
# Of these the only ones that count as printable.
_VARIANT = re.compile("[\U000e0100-\U000e01ef]")
_LINE_ENDS = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
# No language piles so many marks on one letter (Unicode's own limit for text in a stream), and composing takes the
# square of their number: a page of 400 KB of them would hold everything up for a minute.
_MOST_MARKS = 30
_STRIDE = _MOST_MARKS // 3
_MARKS_IN_A_ROW = re.compile(r"[^\w\s\x00-\x7f]{3}")
_PILED = re.compile(rf"[^\w\s\x00-\x7f]{{{_MOST_MARKS + 1},}}")


def decode_bytes(data: bytes, content_type: str | None = None) -> str:
    """The clean, repaired text of some bytes; never raises. `content_type` is the HTTP header, when there was one."""
    return clean_text(repair_text(_decode(data, content_type)))


def find_charset(sample: bytes) -> str:
    """The charset of a file by its beginning, which may end within a letter. A byte order mark is part of the text."""
    for mark, marked in _MARKS:
        if sample.startswith(mark):
            return marked
    return "utf-8" if _decode_utf8(sample) is not None else _guess_charset(sample) or "cp1252"


def repair_text(text: str) -> str:
    """Undo a wrong decoding where a line looks like one ("â€™"); quotes stay curly.

    Once only, where a text arrives: a second repair might find something in what the first one left.
    """
    if text.isascii() or not _is_suspect(text):
        return text
    return "\n".join(ftfy.fix_encoding(line) if is_bad(line) else line for line in text.split("\n"))


def _is_suspect(text: str) -> bool:
    return any(
        is_bad(text[max(0, found.start() - _AROUND) : found.end() + _AROUND]) for found in _SUSPECT.finditer(text)
    )


def clean_text(text: str) -> str:
    """Drop controls, direction marks and marks piled up beyond reason; end lines with "\\n", compose to NFC."""
    # Most texts have nothing to drop, and to know that takes a tenth of the time of looking for what.
    plain = text.replace("\n", " ").replace("\t", " ").replace("\xa0", " ")
    if not plain.isprintable() or (not plain.isascii() and _VARIANT.search(plain)):
        text = _UNWANTED.sub("", _LINE_ENDS.sub("\n", text))
    # A pile of marks is three strides long and more.
    if _MARKS_IN_A_ROW.search(text[::_STRIDE]):
        text = _PILED.sub(_drop_marks, text)
    return unicodedata.normalize("NFC", text)


def clean_line(text: str) -> str:
    """`clean_text` with every run of white space (no-break and thin spaces too) as one space, and none at the ends."""
    if text.isascii() and text.isprintable():  # no letter of it could be unwanted, and most lines are such
        return " ".join(text.split())
    return " ".join(clean_text(text).split())


def _drop_marks(found: re.Match[str]) -> str:
    """Signs, of which no more than so many in a row are marks."""
    kept = []
    marks = 0
    for sign in found[0]:
        marks = marks + 1 if unicodedata.category(sign).startswith("M") else 0
        if marks <= _MOST_MARKS:
            kept.append(sign)
    return "".join(kept)


def _decode(data: bytes, content_type: str | None) -> str:
    for mark, marked in _MARKS:
        if data.startswith(mark):
            return data[len(mark) :].decode(marked, "replace")
    declared = _declared_charset(data, content_type)
    utf8 = _decode_utf8(data)
    # A page in UTF-8 behind a server that says latin-1 by default is common; other bytes that happen to be valid
    # UTF-8 are not. The declaration of a charset of one byte a letter is therefore believed only after that test.
    if utf8 is not None and (declared is None or declared == "utf-8" or _SINGLE_BYTE.match(declared)):
        return utf8
    for charset in (declared, _guess_charset(data)):
        decoded = _try_decode(data, charset)
        if decoded is not None:
            return decoded
    return data.decode("cp1252", "replace")


def _declared_charset(data: bytes, content_type: str | None) -> str | None:
    """The Python name of the first charset that is declared and known."""
    head = data[:_DECLARED_WITHIN]
    labels = [found.group(1) for found in [_HTTP_CHARSET.search(content_type or "")] if found]
    labels += [found.group(1).decode("ascii", "replace") for found in (p.search(head) for p in _DECLARED) if found]
    for label in labels:
        try:
            name = codecs.lookup(_ALIASES.get(label.lower(), label)).name
        except (LookupError, ValueError):
            continue
        # A prolog that could be read as ASCII cannot itself be in UTF-16.
        if not (name.startswith(("utf-16", "utf-32")) and b"\x00" not in head):
            return name
    return None


def _decode_utf8(data: bytes) -> str | None:
    """The text when it is UTF-8: strictly, or cut off within a letter, or with a few windows-1252 bytes mixed in."""
    if b"\x00" in data[:200]:
        return None
    try:
        return data.decode()
    except UnicodeDecodeError:
        text = _CUT_OFF.sub("", data.decode("utf-8", "surrogateescape"))
    strays = len(_STRAY.findall(text))
    letters = len(_BEYOND_ASCII.findall(text)) - strays
    if strays > letters * _BROKEN_UTF8_SHARE:
        return None
    return _STRAY.sub(_read_stray, text)


def _read_stray(found: re.Match[str]) -> str:
    return bytes([ord(found.group()) - 0xDC00]).decode("cp1252", "replace")


def _guess_charset(data: bytes) -> str | None:
    sample = data[:_SAMPLE]
    zeros = sample[:400].count(0)
    if zeros > len(sample[:400]) // 4:
        return "utf-16-be" if sample[:1] == b"\x00" else "utf-16-le"
    by_letters = find_by_letters(sample)
    if by_letters is not None:
        return by_letters
    if _looks_like_1252(sample):
        return "cp1252"
    best = charset_normalizer.from_bytes(sample).best()
    return best.encoding if best is not None else None


def _looks_like_1252(sample: bytes) -> bool:
    high = sum(1 for byte in sample if byte > 0x7F)
    letters = sum(1 for byte in sample if 0x41 <= byte <= 0x7A)
    if high * 2 > letters or not _TYPICAL_1252.search(sample):
        return False
    return not _SYMBOL_IN_WORD.search(sample.decode("cp1252", "replace"))


def _try_decode(data: bytes, charset: str | None) -> str | None:
    if charset is None:
        return None
    try:
        text = data.decode(charset)
    except (UnicodeError, LookupError):
        return data.decode(charset, "replace") if charset.startswith("utf-16") else None
    return text
