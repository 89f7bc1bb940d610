"""Names proposed for an actor: inflections, other alphabets, surnames."""

import pytest

from monitor.match.files import collect_definitions
from monitor.match.rules import load_rules
from monitor.match.spellings import Spelling, suggest_spellings
from monitor.text.yaml_writing import write_yaml

_LANGUAGES = ("en", "ru", "hy", "ka", "de")


def _suggest(definition: str, *languages: str) -> dict[str, tuple[Spelling, ...]]:
    definitions = collect_definitions([("x.yaml", f"actors:\n  a: {definition}\n")])
    return suggest_spellings(definitions.actors["a"], languages or _LANGUAGES)


def test_a_person_is_spelled_in_the_alphabets_of_the_languages_asked_for() -> None:
    assert _suggest("{kind: person, names: {en: [Nikol Pashinyan]}}") == {
        "ru": ("Никол* Пашинян*",),
        "hy": ("Նիկոլ* Պաշինյան*",),
        "ka": ("ნიკოლ* პაშინიან*",),
    }


@pytest.mark.parametrize(
    ("language", "name", "proposed"),
    [
        ("ru", "Армения", ("Армени*",)),
        ("ru", "Баку", ()),
        ("ru", "Рим", ("Рима", "Риму", "Римом", "Риме")),
        ("ru", "США", ()),
        ("az", "Azərbaycan", ("Azərbaycan*",)),
        ("ka", "თბილისი", ("თბილის*",)),
        ("hy", "Երևան", ("Երևան*",)),
        ("tr", "Ankara", ("Ankara*",)),
        ("pl", "Warszawa", ("Warszaw*",)),
        ("en", "London", ()),
    ],
)
def test_names_of_inflected_languages_become_patterns(language: str, name: str, proposed: tuple[str, ...]) -> None:
    found = _suggest(f"{{kind: place, names: {{{language}: [{name}]}}}}", language)
    assert found.get(language, ()) == proposed


def test_what_an_actor_has_already_is_not_proposed() -> None:
    assert _suggest("{kind: place, names: {en: [Yerevan], ru: ['Ереван*'], hy: ['Երևան*'], ka: ['იერევან*']}}") == {}
    assert _suggest("{kind: place, names: {ru: [Ереван, 'Ерев*']}}", "ru") == {}


def test_names_that_are_translated_are_not_spelled() -> None:
    assert _suggest("{kind: organisation, names: {en: [Ministry of Defence]}}") == {}
    assert _suggest("{kind: state, names: {en: [North Korea]}}") == {}
    assert _suggest("{kind: state, names: {en: [UAE]}}") == {}


def test_the_surname_of_an_officer_counts_beside_whom_they_act_for() -> None:
    found = _suggest("{kind: person, names: {en: [Rudolf Rassendyll]}, acts_for: [{actor: ruritania}]}", "en")
    assert found == {"en": ({"text": "Rassendyll", "needs": ["ruritania"]},)}


def test_what_is_proposed_loads() -> None:
    found = _suggest("{kind: person, names: {en: [Rudolf Rassendyll], ru: [Рудольф]}, acts_for: [{actor: b}]}")
    text = write_yaml({"actors": {"a": {"kind": "person", "names": found}}})  # type: ignore[dict-item]
    assert found
    assert load_rules([("x.yaml", text + "  b: {kind: state, names: [Ruritania]}\n")]).problems == ()


@pytest.mark.parametrize("definition", ["5", "{}", "{kind: person}", "{names: 7}", "{kind: person, names: ['*', '']}"])
def test_nothing_is_proposed_for_what_cannot_be_read(definition: str) -> None:
    assert _suggest(definition) == {}
