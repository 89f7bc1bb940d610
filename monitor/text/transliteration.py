"""Names from one alphabet into another: Latin, Cyrillic, Armenian and Georgian, with Latin between any two others.

Spellings as the press uses them, not a standard that could be reversed: names vary, so there may be several answers,
the likeliest first. Nothing here is used while matching; people look at what comes out before it counts.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable
from typing import Literal

Script = Literal["latin", "cyrillic", "armenian", "georgian"]

_RANGES: tuple[tuple[Script, int, int], ...] = (
    ("latin", 0x0041, 0x024F),
    ("latin", 0x1E00, 0x1EFF),
    ("cyrillic", 0x0400, 0x052F),
    ("armenian", 0x0531, 0x0587),
    ("georgian", 0x10A0, 0x10FF),
)


def script_of(text: str) -> Script | None:
    """The alphabet that all letters of a text belong to; None when they are mixed, or of none of these."""
    scripts = {_script_of_letter(letter) for letter in text if letter.isalpha()}
    return scripts.pop() if len(scripts) == 1 else None


def transliterate(text: str, script: Script) -> tuple[str, ...]:
    """The name in another alphabet, in its likely spellings; none when it is in that one, or not in one of ours."""
    source = script_of(text)
    if source is None or source == script:
        return ()
    latin = (text,) if source == "latin" else _distinct(spell(text) for spell in _TO_LATIN[source])
    if script == "latin":
        return latin
    return _distinct(_FROM_LATIN[script](spelling) for spelling in latin[:1])


def to_latin(text: str) -> str:
    """Every letter that can be written in plain Latin ones so; for ids. What cannot stays as it is."""
    words = []
    for word in text.split():
        source = script_of(word)
        words.append(word if source in (None, "latin") else transliterate(word, "latin")[0])
    return " ".join(words)


def _script_of_letter(letter: str) -> Script | None:
    code = ord(letter)
    return next((script for script, first, last in _RANGES if first <= code <= last), None)


def _distinct(spellings: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(spelling for spelling in spellings if spelling))


def _capitalise(name: str) -> str:
    """Every word with a capital, for names from an alphabet that has none."""
    return " ".join(word[:1].upper() + word[1:] for word in name.split(" "))


def _with_ending(name: str) -> str:
    """The Georgian nominative of a name that ends in a consonant."""
    return name if name[-1:] in "აეიოუ" else f"{name}ი"


def _table(text: str) -> dict[str, str]:
    """Pairs such as `щ=shch`, parted by spaces; `ь=` leaves a letter out."""
    return dict(pair.split("=", 1) for pair in text.split())


def _speller(table: dict[str, str], *rules: tuple[str, str]) -> Callable[[str], str]:
    """A function over whole names: the rules, which know their context, then the table, its longest keys first."""
    compiled = [(re.compile(pattern), replacement) for pattern, replacement in rules]
    letters = re.compile("|".join(map(re.escape, sorted(table, key=len, reverse=True))))

    def spell_word(word: str) -> str:
        spelled = word.lower()
        for pattern, replacement in compiled:
            spelled = pattern.sub(replacement, spelled)
        spelled = letters.sub(lambda found: table[found[0]], spelled)
        # Title case, because Georgian capitals exist in Unicode and in no newspaper.
        return spelled[:1].title() + spelled[1:] if word[:1].isupper() else spelled

    return lambda name: re.sub(r"[^\W\d_]+", lambda found: spell_word(found[0]), unicodedata.normalize("NFC", name))


_CYRILLIC = _table(
    """
    а=a б=b в=v г=g д=d е=e ё=yo ж=zh з=z и=i й=y к=k л=l м=m н=n о=o п=p р=r с=s т=t у=u ф=f х=kh ц=ts ч=ch ш=sh
    щ=shch ъ= ы=y ь= э=e ю=yu я=ya і=i ї=yi є=ye ґ=g ђ=dj ј=j љ=lj њ=nj ћ=c џ=dz ў=u ә=a ғ=gh қ=q ң=ng ө=o ұ=u ү=u һ=h
    """
)
_VOWELS = "аеёиоуыэюяіїє"
_ARMENIAN = _table(
    """
    ու=u և=ev ա=a բ=b գ=g դ=d ե=e զ=z է=e ը=y թ=t ժ=zh ի=i լ=l խ=kh ծ=ts կ=k հ=h ձ=dz ղ=gh ճ=ch մ=m յ=y ն=n շ=sh ո=o
    չ=ch պ=p ջ=j ռ=r ս=s վ=v տ=t ր=r ց=ts փ=p ք=k օ=o ֆ=f
    """
)
_GEORGIAN = _table(
    """
    ა=a ბ=b გ=g დ=d ე=e ვ=v ზ=z თ=t ი=i კ=k ლ=l მ=m ნ=n ო=o პ=p ჟ=zh რ=r ს=s ტ=t უ=u ფ=p ქ=k ღ=gh ყ=q შ=sh ჩ=ch ც=ts
    ძ=dz წ=ts ჭ=ch ხ=kh ჯ=j ჰ=h
    """
)
_GEORGIAN_READER = _speller(_GEORGIAN)
_TO_LATIN: dict[Script, tuple[Callable[[str], str], ...]] = {
    "cyrillic": (
        _speller(_CYRILLIC, (r"(?:ий|ый)\b", "y"), (rf"(?:\b|(?<=[{_VOWELS}ьъ]))е", "ye")),
        _speller(_CYRILLIC, (r"(?:ий|ый)\b", "y")),
        _speller(_CYRILLIC, (r"ий\b", "iy"), (rf"(?:\b|(?<=[{_VOWELS}ьъ]))е", "ye")),
    ),
    "armenian": (_speller(_ARMENIAN, (r"\bե", "ye"), (r"\bո(?!ւ)", "vo"), (r"\bև", "yev")),),
    "georgian": (lambda name: _capitalise(_GEORGIAN_READER(name)),),
}

# Letters with marks that stand for a sound of their own; all other marks are dropped before.
_PLAIN_LATIN: tuple[tuple[str, str], ...] = (
    ("[şš]", "sh"), ("[çč]", "ch"), ("ž", "zh"), ("ğ", "gh"), ("ə", "a"), ("ı", "i"), ("ł", "l"), ("ø", "o"),
)  # fmt: skip
_CYRILLIC_FROM_LATIN = _table(
    """
    shch=щ sh=ш zh=ж kh=х ch=ч ts=ц tz=ц ya=я yu=ю yo=ё ye=е ph=ф th=т ck=к qu=кв dzh=дж dz=дз gh=г
    a=а b=б c=к d=д e=е f=ф g=г h=х i=и j=дж k=к l=л m=м n=н o=о p=п q=к r=р s=с t=т u=у v=в w=в x=кс y=и z=з
    """
)
_ARMENIAN_FROM_LATIN = _table(
    """
    ev=և zh=ժ kh=խ ts=ց dz=ձ gh=ղ ch=չ sh=շ ph=ֆ th=թ ck=կ u=ու a=ա b=բ c=կ d=դ e=ե f=ֆ g=գ h=հ i=ի j=ջ k=կ l=լ m=մ
    n=ն o=ո p=պ q=ք r=ր s=ս t=տ v=վ w=վ x=քս y=յ z=զ
    """
)
_GEORGIAN_FROM_LATIN = _table(
    """
    zh=ჟ kh=ხ ts=ც dz=ძ gh=ღ ch=ჩ sh=შ ph=ფ th=თ ck=კ a=ა b=ბ c=კ d=დ e=ე f=ფ g=გ h=ჰ i=ი j=ჯ k=კ l=ლ m=მ n=ნ o=ო p=პ
    q=ყ r=რ s=ს t=ტ u=უ v=ვ w=ვ x=ქს y=ი z=ზ
    """
)
_CONSONANTS = "bcdfghjklmnpqrstvwxz"
_GEORGIAN_SPELLER = _speller(_GEORGIAN_FROM_LATIN, *_PLAIN_LATIN, (r"yy", "y"), (r"iy(?=[aeiou])", "i"))
_CYRILLIC_RULES = (
    (r"(?<=[sc]k)(?:iy|yi|y|i)\b", "ий"),
    (r"iye", "ие"), (r"iya", "ия"), (r"iyu", "ию"),
    (r"(?<=[aeiou])y(?![aeiou])", "й"), (r"(?<=[eo])i(?=[bcdfghjklmnpqrstvwxz])|(?<=a)i(?=j)", "й"),
    (r"c(?=[eiy])", "с"), (r"\be(?!y)", "э"),
)  # fmt: skip
_FROM_LATIN: dict[Script, Callable[[str], str]] = {
    "cyrillic": _speller(_CYRILLIC_FROM_LATIN, *_PLAIN_LATIN, *_CYRILLIC_RULES),
    "armenian": _speller(
        _ARMENIAN_FROM_LATIN, *_PLAIN_LATIN,
        (r"iyev", "իև"), (r"iye", "իե"), (rf"(?<=[{_CONSONANTS}])y(?![aeiou])", "i"), (r"(?<=a)i(?=j)", "y"),
        (r"\bye", "ե"), (r"\be", "է"), (r"\bo", "օ"),
    ),
    "georgian": lambda name: _with_ending(_GEORGIAN_SPELLER(name)),
}  # fmt: skip
