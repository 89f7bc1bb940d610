"""The words of dates in every default language: months, weekdays, zones, and what may stand beside them."""

import unicodedata

from babel import Locale

_LOCALES = (
    "en", "fr", "de", "es", "it", "pt", "nl", "pl", "cs", "ro", "el", "ru", "uk", "bg", "sr", "sr_Latn", "tr", "az",
    "hy", "ka", "kk", "fa", "ar", "he", "hi", "vi",
)  # fmt: skip
_LEVANTINE_MONTHS = (None, "شباط", "آذار", "نيسان", "أيار", "حزيران", "تموز", "آب", "أيلول")
# As dates have them; CLDR knows the nominatives.
_SERBIAN_GENITIVES = (
    "januara", "februara", "marta", "aprila", "maja", "juna", "jula", "avgusta", "septembra", "oktobra", "novembra",
    "decembra", "јануара", "фебруара", "марта", "априла", "маја", "јуна", "јула", "августа", "септембра", "октобра",
    "новембра", "децембра",
)  # fmt: skip


def plain(raw: str) -> str:
    """Lower case, ASCII digits, single spaces, no marks that only steer display: the form all tables here have."""
    composed = unicodedata.normalize("NFC", raw).lower()
    kept = (letter for letter in composed if unicodedata.category(letter) not in ("Cf", "Mn"))
    ascii_digits = (str(unicodedata.decimal(letter)) if letter.isdecimal() else letter for letter in kept)
    return " ".join("".join(ascii_digits).replace("\N{MINUS SIGN}", "-").split())


def _month_names() -> dict[str, int]:
    names = {plain(name): number for number, name in enumerate(_LEVANTINE_MONTHS, start=1) if name}
    names["sept"] = 9
    names |= {name: number % 12 + 1 for number, name in enumerate(_SERBIAN_GENITIVES)}
    for locale in map(Locale.parse, _LOCALES):
        for number, name in _iter_names(locale, "months"):
            if not any(letter.isdigit() for letter in name):
                names |= dict.fromkeys(_forms(name.rstrip("."), locale.language), number)
    return names


def _weekday_words() -> frozenset[str]:
    words: set[str] = set()
    for locale in map(Locale.parse, _LOCALES):
        for _, name in _iter_names(locale, "days"):
            words.update(name.replace("-", " ").replace(".", " ").split())
    return frozenset(word for word in words if not word.isdigit())


def _iter_names(locale: Locale, table: str) -> list[tuple[int, str]]:
    """CLDR's names of months or days with their numbers, full and abbreviated, alone and within a date."""
    names = getattr(locale, table)
    return [
        (number, plain(name))
        for context in ("format", "stand-alone")
        for width in ("wide", "abbreviated")
        for number, name in names[context][width].items()
    ]


def _forms(name: str, language: str) -> tuple[str, ...]:
    """The name with the endings and prefixes that dates give it and CLDR leaves out."""
    if language == "he":
        return name, "ב" + name
    if language == "ka" and name.endswith("ი"):
        return name, name[:-1] + "ს"
    return (name,)


# No two of these languages give one name to two months (a test holds them to that), so one table serves them all.
MONTHS = _month_names()
WEEKDAYS = _weekday_words() | frozenset("木月火水金土日목월화수금토일") | {"星期", "周"}

# Hours east of UTC. Names that several zones share (IST, CST, AMT) are left out on purpose.
ZONES = {
    "z": 0, "gmt": 0, "utc": 0, "ut": 0, "wet": 0, "bst": 1, "west": 1, "cet": 1, "mez": 1, "cest": 2, "mesz": 2,
    "eet": 2, "eest": 3, "msk": 3, "мск": 3, "trt": 3, "azt": 4, "est": -5, "edt": -4, "mst": -7, "mdt": -6,
    "pst": -8, "pdt": -7, "jst": 9, "kst": 9,
}  # fmt: skip
# Zones whose offset the name alone does not tell: the time is dropped, the day stays.
UNCERTAIN_ZONES = frozenset({"ist", "cst", "cdt", "amt", "ast", "et", "ct", "mt", "pt", "local", "time"}) | {
    # Parts of a day, as Hindi tells half past two at night from half past two at noon.
    plain(word)
    for word in ("सुबह", "दोपहर", "शाम", "रात")
}

_FILLER_WORDS = """
of the on at de del di du le el am um uhr den der dne à às a as las alle ore om o och h hrs il la г год года году в
р рік року о об ж жыл жылы жылғы թ թվական თ წ წელი წელს წლის yil i ngày lúc năm στις και تاریخ ساعت ب في الساعة ב ה
בשעה को बजे godz r roku v ve ob saat saatı ora updated published posted publication first last created date publié
publiée mis mise jour modifié veröffentlicht aktualisiert stand datum erschienen publicado publicada actualizado
atualizado fecha data pubblicato aggiornato gepubliceerd bijgewerkt opublikowano aktualizacja publikováno
aktualizováno publicat actualizat опубликовано обновлено дата публикации время опубліковано оновлено публикувана
објављено ažurirano objavljeno yayınlanma yayın tarihi tarih güncelleme dərc tarix tarixi հրապարակվել է გამოქვეყნდა
жарияланды منتشر شده نشر تحديث פורסם עודכן प्रकाशित अपडेट 发布 更新 时间 公開 更新日 入力 수정 입력 cập nhật thứ
and kl م هـ ه يوم
"""
FILLERS = frozenset(plain(word) for word in _FILLER_WORDS.split())
