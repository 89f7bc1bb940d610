"""Tables of actors, and JRC-Names."""

import pytest

from monitor.config.importing import find_fault
from monitor.importers.drafts import DraftActor, DraftOffice, Imported, Name
from monitor.importers.table import import_table


def _import(text: str, language: str | None = None) -> Imported:
    return import_table(text, "t.csv", find_fault, language)


def _problems(text: str) -> list[str]:
    return [
        str(problem).replace("t.csv:", "").replace("warning: not taken: ", "") for problem in _import(text).problems
    ]


def test_columns_aliases_and_languages_are_read() -> None:
    imported = _import(
        "id,name,kind,name_ru,aliases_ru,aliases,qid\r\nruritania,Ruritania,country,Руритания,руритан*|РУР,Ruritanie;RURITANIA,Q1\r\n",
        "en",
    )
    assert imported.problems == ()
    assert imported.actors == (
        DraftActor(
            id="ruritania",
            kind="state",
            names=(
                Name("Ruritania", "en"),
                Name("Руритания", "ru"),
                Name("руритан*", "ru"),
                Name("РУР", "ru"),
                Name("Ruritanie", "en"),
            ),
            ids=(("qid", "Q1"),),
            line=2,
        ),
    )


def test_rows_of_one_id_are_one_actor_with_all_its_offices() -> None:
    imported = _import(
        "id;name;kind;acts_for;role;from;to\n"
        "rudolf;Rudolf;person;Ruritania;king;1894-01-01;1894-06-30\n"
        "rudolf;Rudolf V;;ruritania;heir;;1893-12-31\n"
        ";Ruritania;state;;;;\n"
    )
    rudolf, ruritania = imported.actors
    assert imported.problems == ()
    assert [name.text for name in rudolf.names] == ["Rudolf", "Rudolf V"]
    assert rudolf.offices == (
        DraftOffice("ruritania", "king", "1894-01-01", "1894-06-30"),
        DraftOffice("ruritania", "heir", None, "1893-12-31"),
    )
    assert (ruritania.id, ruritania.kind, ruritania.line) == ("ruritania", "state", 4)


def test_tabs_quotes_and_line_breaks_within_cells_are_read() -> None:
    imported = _import('name\tid\n"Zenda\n""Castle"""\tzenda\nHentzau\thentzau\n')
    assert [(actor.id, actor.names[0].text, actor.line) for actor in imported.actors] == [
        ("zenda", 'Zenda "Castle"', 2),
        ("hentzau", "Hentzau", 4),
    ]


def test_ids_are_made_of_names_and_given_once() -> None:
    imported = _import("name,id\nЕреван,\nYerevan,\nYerevan!,x y\n東京,\n,\n")
    assert [actor.id for actor in imported.actors] == ["yerevan", "yerevan-2", "x-y", "actor"]


def test_jrc_names_are_read_without_a_heading() -> None:
    imported = _import("7\tP\tu\tRudolf+Rassendyll\n7\tP\tru\tРудольф+Рассендил\n8\tO\ten\tZenda+Club\nbad line\n")
    assert imported.actors == (
        DraftActor(
            id="rudolf-rassendyll",
            kind="person",
            names=(Name("Rudolf Rassendyll"), Name("Рудольф Рассендил", "ru")),
            ids=(("jrc", "7"),),
            line=1,
        ),
        DraftActor(
            id="zenda-club", kind="organisation", names=(Name("Zenda Club", "en"),), ids=(("jrc", "8"),), line=3
        ),
    )
    assert [problem.line for problem in imported.problems] == [4]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name,colour\nZenda,red\n", ['1: the column "colour"']),
        ("name,knd\nZenda,x\n", ['1: the column "knd" (did you mean "kind"?)']),
        (
            "name,kind\nZenda,robot\n",
            ['2: the kind "robot"; expected one of "armed-group", "organisation", "person", "place", "state"'],
        ),
        ("name,part_of\nZenda,Atlantis\n", ['2: that "Zenda" belongs to "Atlantis", which is not in this table']),
        ("name,role,from\nZenda,king,2020-01-01\n", ['2: "role", "from" of an office without "acts_for"']),
        ("name,acts_for,from\nZenda,Zenda,soon\n", ['2: "soon" is no day such as 2003-10-31; it is left open']),
        ("name\nZenda,1,2\n", ['2: what stands past the last column: "1", "2"']),
        ("name,language\nZenda,English\n", ['2: "English" is not a language code such as "en"']),
        (
            "name,id\n*x,zed\n",
            [
                '2: "*x" begins with a wildcard; "*" may stand only at the end of a word',
                '2: "zed" has no name that can be looked for',
            ],
        ),
        (
            "name,acts_for,from,to\nA B,A B,2020-01-02,2020-01-01\n",
            ["2: an office that ends on 2020-01-01, before it begins on 2020-01-02"],
        ),
        ('name\n"Zenda\n', ["2: the rest of the table: unexpected end of data"]),
    ],
)
def test_what_cannot_be_taken_is_named_with_its_line(text: str, said: list[str]) -> None:
    assert _problems(text) == said


@pytest.mark.parametrize("text", ["", "\n", "colour\nred\n", "\x00", "name\n", ",,,\n,,,\n"])
def test_odd_files_come_to_nothing(text: str) -> None:
    assert _import(text).actors == ()
