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
    assert len(articles) == 20
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
    assert [line.split(":")[0].strip() for line in outcome.err.splitlines()] == ["read", "normalise", "match"]


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
