"""Ready-made country actors: they load in every language, and find their countries and no others."""

import pytest

from monitor.errors import InputError
from monitor.match.files import collect_definitions
from monitor.match.lint import find_warnings
from monitor.match.matcher import RuleMatcher
from monitor.match.rules import RuleSet, load_rules
from monitor.packs.codes import COUNTRIES, TERRITORIES
from monitor.packs.countries import country_actors, list_ids
from monitor.packs.names import inflect, is_too_short, list_printed
from monitor.parse.options import DEFAULT_LANGUAGES
from tests.builders import make_article

_RULE = "version: 1\nrules:\n  neighbours: {match: {near: [{actor: armenia}, {actor: georgia}], within: sentence}}\n"


def _with_rules(pack: str) -> tuple[tuple[str, str], tuple[str, str]]:
    """The pack, and a rule for each of its actors with the actor's id."""
    actors = load_rules([("countries.yaml", pack)]).actors
    rules = "".join(f"  {name}: {{match: {{actor: {name}}}}}\n" for name in actors)
    return ("countries.yaml", pack), ("rules.yaml", f"version: 1\nrules:\n{rules}")


@pytest.fixture(scope="module")
def world() -> RuleSet:
    return load_rules(_with_rules(country_actors(DEFAULT_LANGUAGES)))


@pytest.fixture(scope="module")
def matcher(world: RuleSet) -> RuleMatcher:
    return RuleMatcher(world)


def _found(matcher: RuleMatcher, body: str, language: str) -> set[str]:
    return {str(match.rule) for match in matcher.match(make_article(body=body, language=language)).matches}


def test_the_whole_pack_loads_without_a_problem_in_all_default_languages(world: RuleSet) -> None:
    assert [str(problem) for problem in world.problems] == []
    assert tuple(world.actors) == list_ids()
    assert len(world.rules) == len(COUNTRIES) + 6


@pytest.mark.parametrize("language", DEFAULT_LANGUAGES)
def test_the_pack_of_one_language_loads_by_itself(language: str) -> None:
    pack = load_rules([("countries.yaml", country_actors([language])), ("rule.yaml", _RULE)])
    assert [str(problem) for problem in pack.problems] == []
    assert tuple(pack.actors) == list_ids()


def test_no_name_is_another_country_or_a_word_of_everyday_language() -> None:
    files = _with_rules(country_actors(DEFAULT_LANGUAGES))
    warnings = find_warnings(load_rules(files), collect_definitions(files))
    assert [str(warning) for warning in warnings if warning.file == "countries.yaml"] == []


def test_every_state_has_its_codes_and_territories_are_places(world: RuleSet) -> None:
    assert dict(world.actors["armenia"].ids) == {"iso2": "AM", "iso3": "ARM", "m49": "051"}
    assert dict(world.actors["norway"].ids)["iso2"] == "NO"
    assert dict(world.actors["kosovo"].ids) == {"iso2": "XK"}
    assert (world.actors["armenia"].kind, world.actors["greenland"].kind) == ("state", "place")
    assert len(COUNTRIES) - len(TERRITORIES) == 197


def test_capitals_of_the_region_are_part_of_their_states(world: RuleSet) -> None:
    assert world.actors["tbilisi"].part_of == ("georgia",)
    assert world.actors["tbilisi"].metonym


@pytest.mark.parametrize(
    ("language", "body", "expected"),
    [
        ("en", "Armenian officials flew to Paraguay.", {"armenia", "paraguay"}),
        (
            "en",
            "Talks in Bosnia-Herzegovina, in the U.S. and in Hong Kong.",
            {"bosnia-and-herzegovina", "united-states", "hong-kong"},
        ),
        ("ru", "В Армении и Индии ждут делегацию из Саудовской Аравии.", {"armenia", "india", "saudi-arabia"}),
        ("ru", "Между Нигером и Чили.", {"niger", "chile"}),
        ("ru", "Нигерия и Нидерланды.", {"nigeria", "netherlands"}),
        ("de", "Die Botschafterin Norwegens", {"norway"}),
        ("hy", "Հայաստանում և Ֆրանսիայի հյուսիսում", {"armenia", "france"}),
        ("ka", "საქართველოს დელეგაცია იტალიაში", {"georgia", "italy"}),
        ("tr", "Türkiye'nin Ermenistan sınırı", {"turkey", "armenia"}),
        ("az", "Azərbaycanın Gürcüstanla sərhədi", {"azerbaijan", "georgia"}),
        ("fa", "سفیر ارمنستان در تهران", {"armenia", "tehran", "iran"}),
        ("ar", "وصل إلى المكسيك وكندا للبرازيل", {"mexico", "canada", "brazil"}),
        ("he", "השגריר בצרפת", {"france"}),
        ("zh", "法国和德国的外长", {"france", "germany"}),
        ("pl", "granica Niemiec, obrady w Norwegii", {"germany", "norway"}),
    ],
)
def test_countries_are_found_in_the_cases_of_the_language(
    matcher: RuleMatcher, language: str, body: str, expected: set[str]
) -> None:
    assert _found(matcher, body, language) == expected


@pytest.mark.parametrize(
    ("language", "body"),
    [
        ("en", "Jordan carved the turkey while Chad read Georgia her letter."),
        ("ru", "Кроме того, чад от костра не мешал."),
        ("tr", "Mali tablolar açıklandı."),
        ("sr", "Мали пас је нађен."),
        ("fr", "Dominique et Maurice ont préparé la réunion."),
        ("pt", "Ao que tudo indica, a ira passou."),
        ("el", "Η γεωργία χρειάζεται νερό."),
        ("ar", "الدعم المالي وتقرير مالي جديد"),
        ("ru", "Грузите апельсины."),
        ("tr", "Ona bakıyor."),
        ("de", "Die Indianapolis lag im Hafen."),
        ("ja", "新しいタイトルとマリンスポーツ"),
    ],
)
def test_common_words_are_no_countries(matcher: RuleMatcher, language: str, body: str) -> None:
    assert _found(matcher, body, language) == set()


def test_an_ambiguous_name_counts_beside_another_name_of_its_country(matcher: RuleMatcher) -> None:
    assert "turkey" in _found(matcher, "Turkey has called its envoy back to Ankara.", "en")
    assert "georgia" in _found(matcher, "Georgia and Armenia have opened a bridge.", "en")
    assert "mali" in _found(matcher, "Mali: soldiers return to Bamako.", "en")
    assert "chad" in _found(matcher, "Chad buries its dead, says N'Djamena.", "en")


def test_actors_that_are_taken_are_left_out_and_may_still_vouch() -> None:
    pack = country_actors(["en"], ["GE", "AM"], taken={"armenia", "yerevan"})
    actors = load_rules([("pack.yaml", pack)]).actors
    assert tuple(actors) == ("georgia", "tbilisi")
    assert "needs: [georgia, armenia]" in pack
    everything = country_actors(["en"], ["AM"], taken=list_ids(["AM"]))
    assert load_rules([("pack.yaml", everything)]).problems == ()


def test_codes_and_languages_may_be_written_in_any_case() -> None:
    assert country_actors(["EN", "en"], ["am", " AM "]) == country_actors(["en"], ["AM"])
    assert "zh-Hant: [中國]" in country_actors(["en", "zh_Hant"], ["CN"])


@pytest.mark.parametrize(
    ("languages", "only", "message"),
    [
        ([], None, "no language given; expected at least one, such as en"),
        (["en", "ge"], None, '"ge" is no language that the Unicode CLDR has names in (did you mean "ka"?)'),
        (["xx"], None, '"xx" is no language that the Unicode CLDR has names in'),
        (["../en"], None, '"../en" is no language that the Unicode CLDR has names in'),
        ([""], None, '"" is no language that the Unicode CLDR has names in'),
        (["en"], ["ARM"], 'unknown country "ARM"'),
        (["en"], ["001"], 'unknown country "001"'),
    ],
)
def test_what_is_not_known_is_named(languages: list[str], only: list[str] | None, message: str) -> None:
    with pytest.raises(InputError) as refused:
        country_actors(languages, only)
    assert str(refused.value).startswith(message)


def test_a_remark_is_left_out_or_is_a_second_name() -> None:
    assert list_printed("Myanmar (Burma)", both=True) == ("Myanmar", "Burma")
    assert list_printed("Гонконг (САР)", both=False) == ("Гонконг",)
    assert list_printed("科科斯（基林）群岛", both=False) == ("科科斯 群岛",)


def test_short_names_are_told_from_words() -> None:
    assert all(map(is_too_short, ("Áo", "Çin", "タイ")))
    assert not any(map(is_too_short, ("Peru", "中国", "Иран", "インド", "עומאן")))


def test_no_pattern_fits_another_country() -> None:
    assert inflect("Германия", "ru", {"германия"}) == ("Германи*",)
    assert inflect("Доминика", "ru", {"доминика", "доминиканская"})[0] == "Доминика"
    assert inflect("Конго", "ru", ()) == ("Конго",)
    assert "Ֆրանսիայում" in inflect("Ֆրանսիա", "hy", {"ֆրանսիական"})
    assert inflect("ირანი", "ka", ())[:2] == ("ირანი", "ირანის")
    assert inflect("Новая Зеландия", "ru", ()) == ("Нов* Зеланди*",)
    assert inflect("Norge", "nb", ()) == ("Norge",)
