"""Words of everyday language, by language: those too frequent to rest a rule on, and those that names are mistaken for.

Short lists by hand: a warning that is sometimes missing serves better than one that is often wrong.
"""

from collections.abc import Mapping

from monitor.text.fold import fold_words


def _words(text: str) -> frozenset[str]:
    """Folded, as the words of terms are."""
    return frozenset(fold_words(text))


FREQUENT: Mapping[str, frozenset[str]] = {
    "en": _words(
        """
        the of and to in a an is that for it as was with be by on not he his but at are this have from or had they
        which one you were her all she there would their we him been has when who will more no if out so said what up
        its about into than them can only other new some could time these two may then do first any my now such like
        our over me even most made after also did many before must through years where much your way well down should
        because each just those people how too say says year last day week month government president minister
        country state world told against while since under between during three
        """
    ),
    "ru": _words(
        """
        в и на не что с по к из за от о как это для его он но а до при также так же был была было были все она они мы
        вы я то бы или если уже только еще еще год года году лет время человек людей который которые после может есть
        будет сообщил заявил сказал страны россии президент
        """
    ),
    "de": _words(
        """
        der die das und in zu den mit von für auf ist im dem nicht ein eine als auch es an werden aus er hat dass sie
        nach wird bei einer um am sind noch wie einem über einen so zum war haben nur oder aber vor zur bis mehr durch
        man sein wurde sagte jahr jahre
        """
    ),
    "fr": _words(
        """
        de la le les des du et en un une à que qui dans pour par sur au est pas plus ce il ne se son avec sont aux ou
        mais a été ont cette comme elle être nous ses leur tout fait deux ans après selon dit
        """
    ),
    "es": _words(
        """
        de la el en y a los que del se las por un para con una su al no lo es como más pero sus le ha o este sí porque
        esta entre cuando muy sin sobre también me hasta hay donde años dijo según
        """
    ),
    "it": _words("di e il la che in a un per è del non una con le si da i sono dei al come lo nel alla più anche ha"),
    "pt": _words("de a o que e do da em um para é com não uma os no se na por mais as dos como mas foi ao ele das à"),
    "tr": _words("ve bir bu da de için ile çok olarak olan daha gibi sonra kadar ne ama o en var yeni iki"),
    "hy": _words("և է որ են այս ի մեջ ու չի նաև մի հետ ասել համար իր նա"),
    "az": _words("və bu ki ilə bir üçün də da olan deyib edib olub o isə"),
    "ka": _words("და რომ არ ეს არის იყო ამ რა მისი მან თუ მაგრამ"),
}
"""Words that stand in nearly every article of their language."""

MISTAKEN: Mapping[str, frozenset[str]] = {
    "en": _words(
        """
        turkey jordan chad georgia mali guinea victoria florence sydney paris nice
        bath reading split essex mobile orange reno phoenix
        may will mark bill bush rice brown black white green gray grey young king cook baker smith rich frank grant
        wade chase hunter rose grace hope faith joy dawn summer april june august march rod rob pat drew sue don ray
        art gene dean lee long short little small price wood woods stone hill field brook park post page case ford
        us it who apple amazon shell target gap bp visa oracle meta alphabet x sun star times guardian mirror economist
        independent post mail express metro
        """
    ),
    "ru": _words("мир роман вера надежда любовь лев мороз волк орел рак медуза комитет правда известия труд звезда"),
    "de": _words(
        "essen bauer müller koch kaiser könig fischer weiß schwarz klein groß lang stern welt zeit spiegel bild die"
    ),
    "fr": _words("monde figaro nice tours rose pierre blanc noir petit grand lemaire orange carrefour"),
    "es": _words("rosario dolores santiago león cruz flores reyes iglesias casado guerra paz"),
    "tr": _words("deniz umut barış savaş özgür güneş yıldız demir kaya aslan"),
    "az": _words("gül azad zəfər"),
    "hy": _words("արև հույս"),
    "ka": _words("ვარდი"),
}
"""Names that are also plain words, first names or things: alone they say too little."""
