"""Which charset of one byte a letter makes words of some bytes: the one whose languages use these very letters.

Meant for a line as well as for a file; charset-normalizer, which looks at the frequency of pairs, needs a long text.
Charsets with several bytes a letter are left to it.
"""

import re

# In Latin texts few letters are beyond ASCII, and each language has its own handful of them.
_LATIN: dict[str, tuple[str, ...]] = {
    "cp1252": (
        "äöüß", "éèêëàâçîïôûùüœ", "áéíóúñü", "àèéìòùî", "áâãàçéêíóôõú", "åäöæøéü", "ëïéüöèáó", "àçèéíïòóúü",
    ),
    "cp1254": ("çğıöşüâîûi\u0307",),
    "cp1250": ("ąćęłńóśźż", "áčďéěíňóřšťúůýž", "ăâîşţ", "čćđšž", "áéíóöőúüű", "áäčďéíĺľňóôŕšťúýž"),
}  # fmt: skip
# Of other texts nearly all letters are beyond ASCII: these are half of them and more. What other alphabets read as this
# one are full of counts against it: Hebrew bytes read as Cyrillic have many of the rare ones.
_OTHERS: dict[str, tuple[str, str]] = {
    **dict.fromkeys(("cp1251", "koi8-r", "cp866", "iso8859-5", "mac-cyrillic"), ("оеаинтсрвл", "щъфэ")),
    "cp1253": ("αοιετσνηςίάρπκ", ""),
    "cp1255": ("יוהלאמתרבשנ", ""),
    "cp1256": ("اليمنوترهةبعدفس", ""),
}  # fmt: skip
_BEYOND_ASCII = re.compile("[^\x00-\x7f]")
_ASCII_LETTER = re.compile("[A-Za-z]")
_PUNCTUATION = re.compile(r"[‘’‚“”„‹›«»–—…•·°§€\xa0¿¡]|(?<=\d)[ªº]")
_MIXED_WORD = re.compile("[A-Za-z][\u0370-\u06ff]|[\u0370-\u06ff][A-Za-z]")
_LATIN_SHARE, _OTHER_SHARE = 0.9, 0.5
_FEWEST_LETTERS, _ENOUGH = 8, 5_000


def find_by_letters(sample: bytes) -> str | None:
    """The charset that fits best, None when none fits well; between equals that of western Europe."""
    shares = {charset: _other_share(sample.decode(charset, "replace"), charset) for charset in _OTHERS}
    found = _best(shares, _OTHER_SHARE)
    high = sum(byte > 0x7F for byte in sample)
    if found or high * 2 > len(_ASCII_LETTER.findall(sample.decode("ascii", "ignore"))):
        return found
    shares = {charset: _latin_share(sample.decode(charset, "replace"), charset) for charset in _LATIN}
    return _best(shares, _LATIN_SHARE)


def _best(shares: dict[str, float], least: float) -> str | None:
    best = max(shares, key=lambda charset: shares[charset])
    return best if shares[best] >= least else None


def _latin_share(text: str, charset: str) -> float:
    """How many of the signs beyond ASCII are letters of the language that fits best."""
    signs = _BEYOND_ASCII.findall(_PUNCTUATION.sub("", text).lower())[:_ENOUGH]
    return max(sum(sign in letters for sign in signs) for letters in _LATIN[charset]) / len(signs) if signs else 1.0


def _other_share(text: str, charset: str) -> float:
    """How many of the letters beyond ASCII are frequent small ones; 0 where they stand in Latin words."""
    frequent, rare = _OTHERS[charset]
    signs = _BEYOND_ASCII.findall(text)[:_ENOUGH]
    if len(signs) < _FEWEST_LETTERS or len(_MIXED_WORD.findall(text)) * 10 > len(signs):
        return 0.0
    return sum((sign in frequent) - 2 * (sign in rare) for sign in signs) / len(signs)
