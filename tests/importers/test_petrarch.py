"""PETRARCH dictionaries."""

import pytest

from monitor.config.importing import find_fault
from monitor.importers.drafts import DraftActor, DraftOffice, Imported, Name
from monitor.importers.petrarch import import_petrarch


def _import(text: str) -> Imported:
    return import_petrarch(text, "actors.txt", find_fault)


def _problems(text: str) -> list[str]:
    return [
        str(problem).replace("actors.txt:", "").replace("warning: not taken: ", "")
        for problem in _import(text).problems
    ]


def test_names_synonyms_codes_and_comments_are_read() -> None:
    imported = _import(
        "; a comment\n<!-- another,\nover two lines -->\n"
        "RURITANIA_ [RUR] ; a kingdom\n+KINGDOM_OF_RURITANIA_\n\nSTRELSAU [RUR]\n"
    )
    assert imported.problems == ()
    assert imported.actors == (
        DraftActor(
            id="ruritania",
            kind="state",
            names=(Name("Ruritania", "en"), Name("Kingdom of Ruritania", "en")),
            ids=(("cameo", "RUR"),),
            line=4,
        ),
        DraftActor(
            id="strelsau",
            kind="place",
            names=(Name("Strelsau", "en"),),
            ids=(("cameo", "RUR"),),
            part_of=("ruritania",),
            line=7,
        ),
    )


@pytest.mark.parametrize(
    ("period", "first_on", "last_on"),
    [
        (">931003", "1993-10-03", None),
        ("<031031", None, "2003-10-31"),
        ("931003-031031", "1993-10-03", "2003-10-31"),
        (">20110405", "2011-04-05", None),
        ("> 300101", "1930-01-01", None),
        (">291231", "2029-12-31", None),
    ],
)
def test_years_of_two_digits_turn_at_30(period: str, first_on: str, last_on: str | None) -> None:
    imported = _import(f"RURITANIA [RUR]\nFLAVIA\n  [RURGOV {period}]\n")
    assert imported.actors[1].offices == (DraftOffice("ruritania", "GOV", first_on, last_on),)


def test_kinds_are_guessed_from_codes() -> None:
    imported = _import("RURITANIA [RUR]\nREBELS_OF_ZENDA [RURREB]\nRED_CROSS [NGOHLH]\nRURITANIAN_ARMY [RURMIL]\n")
    assert [(actor.id, actor.kind, actor.part_of) for actor in imported.actors] == [
        ("ruritania", "state", ()),
        ("rebels-of-zenda", "armed-group", ("ruritania",)),
        ("red-cross", "organisation", ()),
        ("ruritanian-army", "organisation", ("ruritania",)),
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[RUR]\n", ['1: "[RUR]" belongs to no actor']),
        ("ZENDA\n", ['1: "Zenda" has no code']),
        ("&SET\n+ONE\nZENDA [NGO]\n", ['1: a set of synonyms ("&SET")']),
        ("!MINIST!_OF [NGO]\n", ['1: "!MINIST!_OF" holds a sign with a meaning of its own in these dictionaries']),
        ("ZENDA [ngo]\n", ['1: "Zenda" has no code', '1: "ngo" is no code']),
        ("ZENDA [NGO soon]\n", ['1: "soon" in "[NGO soon]" is no period']),
        (
            "ZENDA [NGO][NGOGOV 290101-300101]\n",  # the year 30 is 1930
            ['1: the period of "NGOGOV 290101-300101", which ends before it begins'],
        ),
        ("ZENDA [NGO >991399]\n", ['1: "991399" is no day; the period is left open']),
        ("ZENDA [RURGOV]\n", ['1: no actor here is the state "RUR", so "part_of" and "acts_for" it are left out']),
        ("___ [NGO]\n", ["1: an empty name"]),
    ],
)
def test_what_cannot_be_taken_is_named_with_its_line(text: str, said: list[str]) -> None:
    assert _problems(text) == said


@pytest.mark.parametrize("text", ["", "\n\n", "; nothing", "<!-- never closed\nA [B]", "]][[", "\x00\x01 [NGO]"])
def test_odd_files_come_to_nothing(text: str) -> None:
    assert len(_import(text).actors) <= 1
