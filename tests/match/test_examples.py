from monitor.match.examples import list_failures, run_examples
from monitor.match.rules import RuleSet, load_rules

_RULE = """actors:
  acme: {kind: organisation, names: {en: ["Acme*"]}}
  boss: {kind: person, names: [Boss], acts_for: [{actor: acme, from: 2010-01-01, to: 2015-12-31}]}
  heir: {kind: person, names: [Heir], acts_for: [{actor: acme, from: 2016-01-01}]}
rules:
  strikes:
    match: {all: [strike, {any: [{actor: acme}, Bolt]}]}
    tests:
"""


def _load(tests: str) -> RuleSet:
    rule_set = load_rules([("r.yaml", _RULE + tests)])
    assert rule_set.problems == ()
    return rule_set


def _failures(tests: str) -> list[str]:
    return [str(problem) for problem in list_failures(run_examples(_load(tests)))]


def test_a_hit_that_misses_names_the_clause_that_failed() -> None:
    assert _failures("    - hit: a strike at noon\n") == [
        'r.yaml:9:12: rule "strikes": hit failed: clause match.all[1] (actor acme or "Bolt") does not hold'
    ]


def test_a_miss_that_hits_shows_what_was_found() -> None:
    assert _failures("    - miss: a strike at Acme\n") == [
        'r.yaml:9:13: rule "strikes": miss failed: it matches ("strike" at match.all[0], "Acme" at match.all[1].any[0])'
    ]


def test_a_known_miss_that_hits_says_that_it_is_mended() -> None:
    (failure,) = _failures("    - known_miss: a strike at Acme\n    - known_miss: a walkout at Acme\n")
    assert failure.startswith('r.yaml:9:19: rule "strikes": known_miss is mended')


def test_a_test_may_give_any_part_of_an_article() -> None:
    assert (
        _failures("""
    - hit: {title: Strike, standfirst: At Bolt}
    - hit: {body: strike, images: [{caption: Acme, credit: X}], authors: [A], url: "https://example.org/"}
    - miss: {body: strike, images: [{credit: Acme}]}
    - hit: {body: "strike, says Boss", published: 2012-05-01}
    - hit: {body: "strike, says Boss", published: "2012-05-01T10:00:00Z"}
    - miss: {body: "strike, says Heir", published: 2012-05-01}
""")
        == []
    )


def test_a_test_without_a_date_is_of_today() -> None:
    assert _failures("    - hit: 'strike, says Heir'\n    - miss: 'strike, says Boss'\n") == []


def test_the_language_is_given_or_detected_or_the_first_that_the_rule_names() -> None:
    rule_set = _load("    - hit: strike, Acmes\n    - miss: {body: 'strike, Acmes', language: de}\n")
    assert list_failures(run_examples(rule_set)) == ()
    asked: list[str] = []
    outcomes = run_examples(rule_set, detect=lambda text: asked.append(text) or "de")
    assert asked == ["strike, Acmes"]
    assert [outcome.matched for outcome in outcomes] == [False, False]
    (failed,) = list_failures(outcomes)
    assert failed.message.endswith('does not hold (the text was taken for "de"; "language:" says what it is)')


def test_every_test_has_an_outcome() -> None:
    outcomes = run_examples(_load("    - hit: strike at Bolt\n    - miss: nothing\n"))
    assert [(outcome.rule, outcome.verdict, outcome.matched, outcome.problem) for outcome in outcomes] == [
        ("strikes", "hit", True, None),
        ("strikes", "miss", False, None),
    ]
