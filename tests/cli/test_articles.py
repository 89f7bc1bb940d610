"""`normalise` and `match`, on the shipped samples and on what is wrong with files."""

import json
from pathlib import Path

import pytest

from monitor.samples import samples_directory
from tests.cli.conftest import Command

_SEEDS = samples_directory("seeds")
_RULES = samples_directory("rules")
_SHARED_SEED = Path(__file__).parents[3] / "shared" / "seed"
_HIT = _SEEDS / "001_yerevan_protests_threat.txt"


def test_normalise_prints_a_json_document_for_each_article(command: Command) -> None:
    outcome = command("normalise", _SEEDS)
    articles = [json.loads(line) for line in outcome.out.splitlines()]
    assert outcome.code == 0
    assert len(articles) == 26
    assert {article["source"] for article in articles} > {str(_HIT), str(_SEEDS / "archive.jsonl")}
    assert all(article["body"] for article in articles)


def test_what_normalise_prints_can_be_normalised_again(command: Command, tmp_path: Path) -> None:
    first = command("normalise", _HIT).out
    (tmp_path / "again.jsonl").write_text(first, encoding="utf-8")
    second = command("normalise", "again.jsonl").out
    kept = ("title", "standfirst", "published", "published_precision", "images", "body", "language", "fingerprint")
    before, after = json.loads(first), json.loads(second)
    assert {key: after[key] for key in kept} == {key: before[key] for key in kept}


def test_match_cuts_exactly_the_words_out_of_their_fields(command: Command) -> None:
    outcome = command("match", _HIT, "--rules", _RULES, "--json")
    document = json.loads(outcome.out)
    (match,) = [match for match in document["matches"] if match["rule"] == "karabakh-use-of-force"]
    article = document["article"]
    for mention in match["mentions"]:
        field = article["images"][0]["caption"] if mention["field"].startswith("images") else article[mention["field"]]
        assert field[mention["start"] : mention["end"]] == mention["text"]
    assert {mention["concept"] for mention in match["mentions"]} >= {"nagorno-karabakh", "threaten-force"}


@pytest.mark.skipif(not _SHARED_SEED.is_dir(), reason="the user's seed document is not part of this checkout")
def test_the_seed_document_matches_by_place_and_by_force(command: Command) -> None:
    outcome = command("match", *_SHARED_SEED.glob("*.txt"), "--rules", _RULES, "--json")
    (match,) = json.loads(outcome.out)["matches"]
    assert match["rule"] == "karabakh-use-of-force"
    assert {"Nagorno-Karabakh", "use of force"} <= {mention["text"] for mention in match["mentions"]}


def test_stories_of_match_are_those_among_the_given_articles(command: Command) -> None:
    outcome = command("match", *sorted(_SEEDS.glob("01[12]_*.txt")), "--rules", _RULES, "--json")
    first, second = (json.loads(line) for line in outcome.out.splitlines())
    assert first["article"]["title"] != second["article"]["title"]
    assert first["matches"][0]["story"] == second["matches"][0]["story"] == first["article"]["id"]


def test_match_explains_a_miss_by_its_nearest_clause(command: Command) -> None:
    near_miss = _SEEDS / "013_near_miss_academic_study.txt"
    outcome = command("match", near_miss, "--rules", _RULES, "--rule", "karabakh-use-of-force", "--explain")
    assert outcome.code == 0
    assert "nearest to a match: match.all[2]" in outcome.out
    assert "0 of 1 articles matched" in outcome.out


def test_match_names_a_rule_that_does_not_exist(command: Command) -> None:
    outcome = command("match", _HIT, "--rules", _RULES, "--rule", "karabakh-use-of-forse")
    assert outcome.code == 1
    assert 'no rule "karabakh-use-of-forse" (did you mean "karabakh-use-of-force"?)' in outcome.err


def test_statistics_go_to_stderr(command: Command) -> None:
    outcome = command("match", _HIT, "--rules", _RULES, "--json", "--stats")
    assert len(outcome.out.splitlines()) == 1
    steps = [line.split(":")[0].strip() for line in outcome.err.splitlines()]
    assert steps == ["read", "normalise", "match", "evidence", "story", "show"]


def test_a_file_that_cannot_be_read_is_named_and_the_rest_goes_on(command: Command, tmp_path: Path) -> None:
    (tmp_path / "broken.jsonl").write_text('{"body": "Fine."}\n{"body": \n[1]\n', encoding="utf-8")
    outcome = command("normalise", "missing.txt", "broken.jsonl", _HIT)
    assert outcome.code == 1
    assert len(outcome.out.splitlines()) == 2
    assert 'missing.txt" cannot be read' in outcome.err
    assert "broken.jsonl:2" in outcome.err
    assert "broken.jsonl:3" in outcome.err


def test_an_empty_archive_says_so(command: Command, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    outcome = command("normalise", "empty")
    assert outcome.code == 1
    assert '"empty" holds no articles' in outcome.err


def test_broken_rules_are_told_at_once_and_nothing_is_matched(command: Command, tmp_path: Path) -> None:
    (tmp_path / "rules.yaml").write_text(
        "version: 1\nrules:\n  one: {title: One, match: {contain: x}}\n  two: {match: [y]}\n", encoding="utf-8"
    )
    outcome = command("match", _HIT, "--rules", "rules.yaml")
    assert outcome.code == 1
    assert outcome.out == ""
    assert "rules.yaml:3:" in outcome.err
    assert "rules.yaml:4:" in outcome.err


def test_wrong_usage_exits_with_2(command: Command) -> None:
    assert command("match").code == 2
    assert command("match", _HIT, "--no-such-option").code == 2
    assert command("no-such-command").code == 2


_RULE_FILE = """
version: 1
rules:
  tides: {match: {all: [{any: [tide, flood]}, {none: [poem]}, {near: [harbour, wall], within: 2 words}]}}
  torn: {match: {contains: tide}}
"""


def test_match_goes_on_with_the_rules_that_load_and_names_the_others(command: Command, tmp_path: Path) -> None:
    rules, article = tmp_path / "rules.yaml", tmp_path / "article.txt"
    rules.write_text(_RULE_FILE, encoding="utf-8")
    article.write_text("High water\n\nThe tide came over the harbour wall.\n", encoding="utf-8")
    outcome = command("match", article, "--rules", rules)
    assert outcome.code == 1
    assert "1 of 1 articles matched" in outcome.out
    assert 'rules.yaml:5:18: rule "torn": unknown clause "contains"' in outcome.err
    asked = command("match", article, "--rules", rules, "--rule", "torn")
    assert (asked.code, 'rule "torn" did not load' in asked.err) == (1, True)


def test_match_refuses_a_file_of_which_no_rule_loads(command: Command, tmp_path: Path) -> None:
    rules = tmp_path / "rules.yaml"
    rules.write_text("rules: {torn: {match: {contains: tide}}}", encoding="utf-8")
    outcome = command("match", _SEEDS, "--rules", rules)
    assert (outcome.code, outcome.out) == (1, "")


def test_an_explanation_draws_each_clause_with_its_sentence(command: Command, tmp_path: Path) -> None:
    rules, article = tmp_path / "rules.yaml", tmp_path / "article.txt"
    rules.write_text(_RULE_FILE.replace("contains", "text"), encoding="utf-8")
    article.write_text("High water\n\nThe tide was a poem. The harbour had lost its old wall.\n", encoding="utf-8")
    outcome = command("match", article, "--rules", rules, "--rule", "tides", "--explain")
    assert outcome.code == 0
    drawn = [line.rstrip() for line in outcome.out.splitlines()[3:]]
    assert drawn == [
        "✗ tides  Tides",
        "└── ✗ match  all of",
        "    ├── ✓ all[0]  any of",
        '    │   ├── ✓ any[0]  "tide"  tide',
        "    │   │       The tide was a poem.",
        '    │   └── ✗ any[1]  "flood"',
        "    ├── ✗ all[1]  none of",
        '    │   └── ! none[0]  "poem"  poem',
        "    │           The tide was a poem.",
        "    └── ✗ all[2]  near one another, within 2 words (the closest: 4 words between)",
        '        ├── ✓ near[0]  "harbour"  harbour',
        "        │       The harbour had lost its old wall.",
        '        └── ✓ near[1]  "wall"  wall',
        "                The harbour had lost its old wall.",
        '  nearest to a match: match.all[1] does not hold: none of "poem"',
        "",
        "0 of 1 articles matched",
    ]


def test_of_a_long_list_the_explanation_draws_what_holds_and_a_few_that_do_not(
    command: Command, tmp_path: Path
) -> None:
    rules, article = tmp_path / "rules.json", tmp_path / "article.txt"
    terms = [f"word{number}" for number in range(10_000)]
    rules.write_text(json.dumps({"rules": {"long": {"match": {"any": terms}}}}), encoding="utf-8")
    article.write_text("A title\n\nHere is word9876 among others.\n", encoding="utf-8")
    outcome = command("match", article, "--rules", rules, "--explain")
    drawn = [line.strip() for line in outcome.out.splitlines()]
    assert '├── ✗ any[5]  "word5"' in drawn
    assert '├── ✓ any[9876]  "word9876"  word9876' in drawn
    assert "└── … and 9,993 more, none of which holds" in drawn
    assert len(drawn) < 30


def test_an_explanation_is_json_too(command: Command, tmp_path: Path) -> None:
    rules, article = tmp_path / "rules.yaml", tmp_path / "article.txt"
    rules.write_text(_RULE_FILE.replace("contains", "text"), encoding="utf-8")
    article.write_text("High water\n\nThe tide came over the harbour wall.\n", encoding="utf-8")
    outcome = command("match", article, "--rules", rules, "--rule", "tides", "--explain", "--json")
    document = json.loads(outcome.out)
    (explained,) = document["explanations"]
    assert (explained["rule"], explained["holds"], explained["nearest"]) == ("tides", True, None)
    tide = explained["clauses"][0]["clauses"][0]["clauses"][0]
    assert (tide["clause"], tide["holds"], tide["sentence"]) == (
        "match.all[0].any[0]",
        True,
        "The tide came over the harbour wall.",
    )
    (mention,) = tide["mentions"]
    assert document["article"][mention["field"]][mention["start"] : mention["end"]] == "tide"
