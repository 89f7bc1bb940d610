"""Names of our own, for what CLDR's one name of a country leaves out: demonyms, capitals, short and former names.

A name with `*` counts in articles of its language only, as everywhere in rules.
"""

from collections.abc import Mapping
from typing import NamedTuple

Names = Mapping[str, tuple[str, ...]]
"""By language."""


class Capital(NamedTuple):
    """A city that may speak for its state ("Ankara denied it")."""

    id: str
    country: str
    names: Names


CAPITALS = (
    Capital("yerevan", "AM", {
        "en": ("Yerevan",), "ru": ("ереван*",), "hy": ("Երևան*",), "az": ("İrəvan*",), "ka": ("ერევან*",),
        "tr": ("Erivan",), "fa": ("ایروان",),
    }),
    Capital("baku", "AZ", {
        "en": ("Baku",), "ru": ("Баку",), "hy": ("Բաքու", "Բաքվի", "Բաքվում", "Բաքուն", "Բաքվից"),
        # No "bakı*": it is Turkish for "looks".
        "az": ("Bakı", "Bakının", "Bakıda", "Bakıya", "Bakıdan"),
        "ka": ("ბაქო", "ბაქოს", "ბაქოში", "ბაქომ"), "tr": ("Bakü",), "fa": ("باکو",),
    }),
    Capital("tbilisi", "GE", {
        "en": ("Tbilisi",), "ru": ("Тбилиси",), "hy": ("Թբիլիսի*",), "az": ("Tiflis*", "Tbilisi*"), "ka": ("თბილის*",),
        "tr": ("Tiflis",), "fa": ("تفلیس",),
    }),
    Capital("moscow", "RU", {
        "en": ("Moscow",), "ru": ("москв*",), "hy": ("Մոսկվա*",), "az": ("Moskva*",), "ka": ("მოსკოვ*",),
        "tr": ("Moskova",), "fa": ("مسکو",),
    }),
    Capital("ankara", "TR", {
        "en": ("Ankara",), "ru": ("анкар*",), "hy": ("Անկարա*",), "az": ("Ankara*",), "ka": ("ანკარ*",),
        "fa": ("آنکارا",),
    }),
    Capital("tehran", "IR", {
        "en": ("Tehran", "Teheran"), "ru": ("тегеран*",), "hy": ("Թեհրան*",), "az": ("Tehran*",), "ka": ("თეირან*",),
        "tr": ("Tahran",), "fa": ("تهران",),
    }),
)  # fmt: skip

# In the place of CLDR's name, for languages where it is a legal form ("Hong Kong SAR China") that nobody prints.
PRINTED: Mapping[str, Names] = {
    "HK": {
        "en": ("Hong Kong",), "fr": ("Hong Kong",), "de": ("Hongkong",), "es": ("Hong Kong",), "it": ("Hong Kong",),
        "pt": ("Hong Kong",), "nl": ("Hongkong",), "pl": ("Hongkong",), "cs": ("Hongkong",), "ro": ("Hong Kong",),
        "el": ("Χονγκ Κονγκ",), "ru": ("Гонконг",), "uk": ("Гонконг",), "bg": ("Хонконг",), "sr": ("Хонгконг",),
        "tr": ("Hong Kong",), "az": ("Honq Konq",), "hy": ("Հոնկոնգ",), "ka": ("ჰონკონგი",), "kk": ("Гонконг",),
        "fa": ("هنگ‌کنگ", "هنگ کنگ"), "ar": ("هونغ كونغ",), "he": ("הונג קונג",), "hi": ("हांगकांग", "हाँगकाँग"),
        "zh": ("香港",), "ja": ("香港",), "ko": ("홍콩",), "vi": ("Hồng Kông",),
    },
    "MO": {
        "en": ("Macao", "Macau"), "fr": ("Macao",), "de": ("Macau",), "es": ("Macao",), "it": ("Macao",),
        "pt": ("Macau",), "nl": ("Macau",), "pl": ("Makau",), "cs": ("Macao",), "ro": ("Macao",), "el": ("Μακάο",),
        "ru": ("Макао",), "uk": ("Макао",), "bg": ("Макао",), "sr": ("Макао",), "tr": ("Makao",), "az": ("Makao",),
        "hy": ("Մակաո",), "ka": ("მაკაო",), "kk": ("Макао",), "fa": ("ماکائو",), "ar": ("ماكاو",), "he": ("מקאו",),
        "hi": ("मकाऊ",), "zh": ("澳门",), "ja": ("マカオ",), "ko": ("마카오",), "vi": ("Macao",),
    },
}  # fmt: skip

# Beside CLDR's name: demonyms of the South Caucasus and its neighbours, what a country is also called, and for those
# with an ambiguous name something that tells them apart.
ALSO: Mapping[str, Names] = {
    "AM": {
        "en": ("Armenian*",), "ru": ("армени*", "армян*"), "hy": ("Հայաստան*", "հայկական*", "հայաստանյան*"),
        "az": ("Ermənistan*", "erməni*"), "ka": ("სომხეთ*", "სომხ*"), "tr": ("Ermeni*",), "fa": ("ارمنی",),
    },
    "AZ": {
        "en": ("Azerbaijani*",), "ru": ("азербайджан*",), "hy": ("Ադրբեջան*", "ադրբեջանական*"),
        "az": ("Azərbaycan*",), "ka": ("აზერბაიჯან*",), "tr": ("Azerbaycan*",),
    },
    "GE": {
        "en": ("Georgian*", "Sakartvelo"),
        # No "грузи*": it also begins "to load" and "freight".
        "ru": ("Грузия", "Грузии", "Грузию", "Грузией", "грузин*"), "hy": ("Վրաստան*", "վրացական*", "վրացի*"),
        "az": ("Gürcüstan*", "gürcü*"), "ka": ("საქართველო*", "ქართულ*", "ქართველ*"), "tr": ("Gürcistan*", "Gürcü*"),
        "fa": ("گرجی",),
    },
    "RU": {
        "en": ("Russian*",), "ru": ("росси*",), "hy": ("Ռուսաստան*", "ռուսական*"), "az": ("Rusiya*",),
        "ka": ("რუსეთ*", "რუსულ*"), "tr": ("Rusya*",), "fa": ("روسی",), "pl": ("Rosji", "Rosję", "Rosją"),
    },
    "TR": {
        "en": ("Turkey", "Turkish"), "ru": ("турци*", "турецк*"), "hy": ("Թուրքիա*", "թուրքական*"),
        "az": ("Türkiyə*",), "ka": ("თურქეთ*", "თურქულ*"), "tr": ("Türkiye*",),
    },
    "IR": {
        "en": ("Iranian*",), "ru": ("иранск*",),
        # No "Իրան*": "իրանց" and its like are "theirs".
        "hy": ("Իրանի", "Իրանում", "Իրանը", "Իրանից", "իրանական*"),
        "az": ("İran*",), "ka": ("ირანის", "ირანში", "ირანმა", "ირანულ*"), "fa": ("ایرانی",),
    },
    "AE": {"en": ("UAE", "Emirati"), "ru": ("ОАЭ", "Эмираты")},
    "AI": {"en": ("Anguillian*",)},
    "BA": {"en": ("Bosnia", "Bosnian*"), "ru": ("боснийск*",)},
    "CD": {"en": ("Democratic Republic of the Congo", "Democratic Republic of Congo", "DR Congo", "DRC"),
           "fr": ("RDC", "République démocratique du Congo"), "ru": ("ДР Конго", "ДРК")},
    "CG": {"en": ("Congo Republic",)},
    "CI": {"en": ("Ivory Coast", "Ivorian*"), "ru": ("ивуарийск*",)},
    "CL": {"en": ("Chile", "Chilean*"), "fr": ("chilien*",), "nl": ("Chileens*",)},
    "CN": {"en": ("Chinese",), "ru": ("китайск*",), "tr": ("Çinli*", "Çin Halk Cumhuriyeti"), "az": ("Çinli*",)},
    "CZ": {"en": ("Czech Republic", "Czech")},
    "DE": {"pl": ("Niemiec", "Niemczech", "niemieck*")},
    "DM": {"en": ("Roseau",), "fr": ("dominiquais*",)},
    "EG": {"ru": ("египт*",)},
    "GB": {"en": ("Britain", "British"), "fr": ("Grande-Bretagne",), "de": ("Großbritannien",), "es": ("Gran Bretaña",),
           "it": ("Gran Bretagna",), "pt": ("Grã-Bretanha",), "ru": ("британи*", "британск*"), "vi": ("nước Anh",)},
    "GD": {"en": ("Grenadian*", "Grenada")},
    "GN": {"en": ("Conakry", "Guinean*"), "ru": ("Конакри",)},
    "HU": {"pl": ("węgr*", "Węgier", "węgiersk*")},
    "IN": {"en": ("India",), "pl": ("indyjsk*", "Nowe Delhi"), "cs": ("indick*",)},
    "IT": {"pl": ("Włoszech",)},
    "JE": {"en": ("Channel Islands", "Saint Helier")},
    "JO": {"en": ("Amman", "Jordanian*"), "ru": ("иордан*",), "sr": ("јорданск*",)},
    "KP": {"en": ("North Korean*", "DPRK", "Pyongyang"), "ru": ("КНДР", "пхеньян*")},
    "KR": {"en": ("South Korean*", "Seoul"), "ru": ("Южн* Коре*", "сеул*")},
    "LC": {"en": ("St Lucia", "Saint Lucian*", "Castries")},
    "MF": {"en": ("Marigot",)},
    "ML": {"en": ("Bamako", "Malian*"), "fr": ("malien*",), "ru": ("Бамако", "малийск*"), "ar": ("باماكو",),
           "fa": ("باماکو",), "hi": ("बमाको",), "zh": ("巴马科",)},
    "MS": {"en": ("Montserratian*",)},
    "MU": {"en": ("Mauritius", "Mauritian*"), "fr": ("île Maurice", "mauricien*"), "es": ("isla Mauricio",)},
    "PS": {"en": ("Palestine", "Palestinian*"), "fr": ("Palestine", "palestinien*"), "ru": ("палестин*",),
           "ar": ("فلسطين",), "he": ("הרשות הפלסטינית",)},
    "PW": {"en": ("Palauan*", "Ngerulmud")},
    "RE": {"en": ("Réunion Island",), "fr": ("île de la Réunion", "réunionnais*")},
    "SD": {"en": ("Khartoum", "Sudanese"), "ko": ("하르툼",)},
    "SV": {"en": ("Salvadoran*", "El Salvador")},
    "SX": {"en": ("Philipsburg",)},
    "SY": {"en": ("Syrian*", "Damascus"), "ru": ("сирийск*",)},
    "TD": {"en": ("N'Djamena", "Chadian*"), "fr": ("tchadien*",), "ru": ("Нджамена",)},
    "TG": {"en": ("Lomé", "Togolese"), "ru": ("тоголез*",), "uk": ("тоголез*",)},
    "TL": {"en": ("East Timor",)},
    "UA": {"en": ("Ukrainian*", "Kyiv"), "ru": ("украин*",), "uk": ("україн*",)},
    "US": {"en": ("USA", "U.S.", "White House"), "ru": ("США", "американск*"), "uk": ("США",),
           "de": ("USA",), "es": ("EE. UU.",)},
    "VA": {"en": ("Vatican", "Holy See")},
}  # fmt: skip

# Names that are common words, first names or other places, folded. They count only beside another name of the country.
AMBIGUOUS: Mapping[str, frozenset[str]] = {
    "AI": frozenset({"anguilla"}),  # an eel in Italian
    "CL": frozenset({"chili"}),
    "DM": frozenset({"dominique"}),
    "GD": frozenset({"granada", "grenade"}),
    # The American state; farming in Greek.
    "GE": frozenset({"georgia", "georgian", "γεωργια", "جورجيا", "ジョージア", "조지아", "जॉर्जिया"}),
    "GN": frozenset({"guinea"}),
    "IN": frozenset({"indie", "an do"}),  # in Polish and Czech; in Vietnamese
    "JE": frozenset({"jersey"}),
    "JO": frozenset({"jordan", "јордан"}),
    "LC": frozenset({"santa lucia"}),
    "MF": frozenset({"saint martin", "san martin", "sao martinho"}),
    # Small in Serbian and Polish, financial in Turkish, Arabic and Persian, a gardener in Hindi.
    "ML": frozenset({"mali", "мали", "малі", "مالي", "माली", "马里"}),
    "MS": frozenset({"montserrat"}),
    "MU": frozenset({"maurice", "mauricio"}),
    "PW": frozenset({"palau"}),
    "RE": frozenset({"reunion", "la reunion"}),
    "SD": frozenset({"수단"}),  # means
    "SV": frozenset({"salvador"}),
    "TD": frozenset({"chad", "чад", "czad"}),
    "TG": frozenset({"того"}),  # of that
    "TR": frozenset({"turkey"}),
}

# Who may vouch for an ambiguous name besides the country itself: its neighbours, as far as a pack has them.
NEIGHBOURS: Mapping[str, tuple[str, ...]] = {"GE": ("AM", "AZ", "RU", "TR")}

# Shorter than CLDR's English name, or free of signs; ids should read well and stay.
IDS: Mapping[str, str] = {
    "CD": "dr-congo", "CG": "congo", "CI": "ivory-coast", "HK": "hong-kong", "MM": "myanmar", "MO": "macao",
    "PS": "palestine", "TR": "turkey",
}  # fmt: skip
