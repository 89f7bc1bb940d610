"""docs/archives.md is executed: its commands run, its mappings fit, and its table names every kind of file."""

import re
from pathlib import Path

from monitor.samples import samples_directory
from monitor.sources.fields import PARTS
from monitor.sources.formats import Formats
from tests.cli.conftest import Command
from tests.sources.archives import tarred

_PAGE = (Path(__file__).parents[2] / "docs" / "archives.md").read_text(encoding="utf-8")
_RULES = "version: 1\nrules:\n  floods: {title: Floods, match: {all: [flood]}}\n"
_FILES = {
    "archive/a.txt": "The flood came overnight, they said.",
    "archive/a.csv": "kop,tekst\nFlood,The water rose.\n",
    "dump.csv": "kop,tekst\nFlood,The water rose.\n",
    "dump.jsonl": '{"title": "Flood", "article": {"text": "The water rose."}}\n',
    "fields.yaml": "title: kop\nbody: tekst\n",
    "rules/floods.yaml": _RULES,
}


def _commands() -> list[str]:
    blocks = re.findall(r"^```sh\n(.*?)^```$", _PAGE, re.MULTILINE | re.DOTALL)
    lines = [line.partition("#")[0].strip() for block in blocks for line in block.splitlines()]
    return [line.removeprefix("monitor ") for line in lines if line]


def test_its_commands_run(command: Command, project: Path) -> None:
    for name, text in _FILES.items():
        path = project / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    # Without a mapping this table cannot be read, which is named; everything else in the folder is.
    (project / "archive" / "a.csv").unlink()
    for line in _commands():
        outcome = command(*line.split())
        assert outcome.code == 0, (line, outcome.err)


def test_its_table_names_every_suffix() -> None:
    rows = [row for row in re.findall(r"^\| (.*?) \|", _PAGE, re.MULTILINE) if "`" in row]
    named = set(re.findall(r"`(\.[\w.]+)`", " ".join(rows)))
    short = {".tgz", ".tbz", ".tbz2", ".txz", ".tzst"}
    assert named == set(Formats().suffixes) - short


def test_it_names_every_part_that_can_be_mapped() -> None:
    (sentence,) = re.findall(r"The parts are (.*?)\. ", _PAGE, re.DOTALL)
    assert set(re.findall(r"`(\w+)`", sentence)) == set(PARTS)


def test_a_table_is_explained_and_a_broken_record_counted(command: Command, project: Path) -> None:
    (project / "dump.csv").write_text("Headline,Full Text,Desk\nRain,It rose.,x\nSun,a,b,c\n", encoding="utf-8")
    outcome = command("import", "dump.csv")
    assert outcome.code == 1
    assert "dump.csv: note: columns: title from Headline, body from Full Text; not used: Desk" in outcome.err
    assert "dump.csv:3: the row has 4 cells, expected 3" in outcome.err
    assert "1 new article in 1 story" in outcome.out
    assert "1 could not be read" in outcome.out
    again = command("import", "dump.csv")
    assert (again.code, again.out) == (0, "nothing new\n")


def test_a_wrong_mapping_is_wrong_usage(command: Command, project: Path) -> None:
    for wrong, words in (("titel=x", 'no part "titel" (did you mean "title"?)'), ("title=", "expected title=COLUMN")):
        outcome = command("normalise", "dump.csv", "--map", wrong)
        assert outcome.code == 2
        assert words in " ".join(outcome.err.replace("│", " ").split())


def test_four_commands_read_the_same_articles(command: Command, project: Path) -> None:
    seeds = samples_directory("seeds")
    files = {path.name: path.read_bytes() for path in sorted(seeds.glob("00*.txt"))}
    (project / "seeds.tar.gz").write_bytes(tarred(files, "w:gz"))
    assert len(command("normalise", "seeds.tar.gz").out.splitlines()) == len(files)
    assert f"of {len(files)} articles" in command("match", "seeds.tar.gz").out
    assert f"{len(files)} articles" in command("backtest", "--archive", "seeds.tar.gz").out
    assert f"{len(files)} new articles" in command("import", "seeds.tar.gz").out
