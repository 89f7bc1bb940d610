"""While rule files change the good rules go live, and of a broken one the last good version stays."""

from dataclasses import replace
from datetime import timedelta

from monitor.errors import Problem
from monitor.match.live import (
    LiveMatcher,
    LiveRules,
    ReadRules,
    RuleChanges,
    compare_rules,
    keep_since,
    start_rules,
    succeed_rules,
)
from monitor.match.rules import load_rules
from monitor.model import RuleId
from tests.builders import NOON, make_article

_FLOODS = "  floods: {match: flood}\n"
_FIRES = "  fires: {match: fire}\n"
_BROKEN = "  floods: {match: {contain: flood}}\n"
_HEAD = "version: 1\nrules:\n"
_LATER = NOON + timedelta(hours=1)


def read(*files: tuple[str, str], problems: tuple[Problem, ...] = ()) -> ReadRules:
    rule_set = load_rules(files)
    return ReadRules(rule_set=rule_set, texts=files, problems=(*problems, *rule_set.problems), root="rules")


def start(*files: tuple[str, str]) -> LiveRules:
    rule_set = load_rules(files)
    assert rule_set.problems == ()
    return start_rules(rule_set, files)


def matched(live: LiveRules, body: str) -> list[tuple[str, str]]:
    return [(match.rule, match.version) for match in LiveMatcher(live).match(make_article(body)).matches]


def ids(live: LiveRules) -> list[str]:
    return [rule.id for rule in LiveMatcher(live).rules]


def test_a_broken_rule_keeps_its_version_and_its_neighbour_is_taken_up() -> None:
    before = start(("a.yaml", _HEAD + _FLOODS + _FIRES))
    after = succeed_rules(before, read(("a.yaml", _HEAD + _BROKEN + "  fires: {match: blaze}\n")), NOON)
    assert matched(after, "A flood.") == [("floods", before.versions["floods"])]
    assert [rule for rule, _ in matched(after, "A blaze.")] == ["fires"]
    assert matched(after, "A fire.") == []
    (state,) = after.broken
    assert (state.rule, state.version, state.since) == ("floods", before.versions["floods"], NOON)
    assert state.problem.startswith('a.yaml:3:20: rule "floods": ')


def test_a_rule_broken_twice_keeps_the_version_that_was_good_and_since_when() -> None:
    before = start(("a.yaml", _HEAD + _FLOODS + _FIRES))
    broken = read(("a.yaml", _HEAD + _BROKEN + _FIRES))
    once = succeed_rules(before, broken, NOON)
    twice = succeed_rules(once, broken, _LATER)
    assert matched(twice, "A flood.") == matched(before, "A flood.")
    assert twice.broken == once.broken
    other = succeed_rules(twice, read(("a.yaml", _HEAD + "  floods: {match: [flood]}\n  fires: {match: []}\n")), _LATER)
    assert matched(other, "A flood and a fire.") == sorted(before.versions.items())
    assert [state.since for state in other.broken] == [_LATER, _LATER]
    mended = succeed_rules(other, read(("a.yaml", _HEAD + _FLOODS + _FIRES)), _LATER)
    assert len(mended.sets) == 1
    assert mended.broken == ()


def test_a_new_rule_with_an_error_is_named_and_no_version_of_it_is_live() -> None:
    after = succeed_rules(start(("a.yaml", _HEAD + _FIRES)), read(("a.yaml", _HEAD + _FIRES + _BROKEN)), NOON)
    assert ids(after) == ["fires"]
    assert [(state.rule, state.version) for state in after.broken] == [("floods", None)]


def test_rules_gone_from_a_file_with_an_error_stay_and_rules_gone_from_a_sound_one_end() -> None:
    before = start(("a.yaml", _HEAD + _FLOODS), ("b.yaml", _HEAD + _FIRES))
    damaged = succeed_rules(before, read(("a.yaml", _HEAD + "  floods: {match: [\n"), ("b.yaml", "version: 1\n")), NOON)
    assert ids(damaged) == ["floods"]
    assert damaged.broken[0].problem.startswith("a.yaml:")
    assert ids(succeed_rules(damaged, read(("b.yaml", _HEAD + _FIRES)), _LATER)) == ["fires"]


def test_a_misspelt_section_takes_no_rule_away() -> None:
    before = start(("a.yaml", _HEAD + _FLOODS))
    assert ids(succeed_rules(before, read(("a.yaml", "version: 1\nrulez:\n" + _FLOODS)), NOON)) == ["floods"]


def test_rules_that_moved_to_another_file_are_taken_from_there() -> None:
    before = start(("a.yaml", _HEAD + _FLOODS))
    after = succeed_rules(before, read(("a.yaml", "version: 1\nrules: [\n"), ("b.yaml", _HEAD + _FLOODS)), NOON)
    assert len(after.sets) == 1
    assert after.broken == ()


def test_a_directory_or_file_that_cannot_be_read_takes_no_rule_away() -> None:
    before = start(("rules/x/a.yaml", _HEAD + _FLOODS), ("rules/b.yaml", _HEAD + _FIRES))
    for file, kept in (("rules", ["fires", "floods"]), ("rules/x/a.yaml", ["floods"]), ("rules/x", ["floods"])):
        gone = succeed_rules(before, read(problems=(Problem(file, 0, 0, "no such file or directory"),)), NOON)
        assert ids(gone) == kept
        again = succeed_rules(gone, read(problems=(Problem(file, 0, 0, "no such file or directory"),)), _LATER)
        assert ids(again) == kept


_WORDS = "version: 1\nconcepts:\n  water: {terms: {en: [flood, surge]}}\n"
_STATE = "version: 1\nactors:\n  freedonia: {kind: state, names: {en: [Freedonia]}}\n"
_PART = "version: 1\nactors:\n  glade: {kind: place, part_of: freedonia, names: {en: [Glade]}}\n"


def test_an_error_in_a_concept_does_not_quietly_narrow_the_rules_that_use_it() -> None:
    before = start(("a.yaml", _WORDS), ("b.yaml", _HEAD + "  floods: {match: {concept: water}}\n" + _FIRES))
    uses = ("b.yaml", _HEAD + "  floods: {match: {concept: water}}\n" + _FIRES)
    after = succeed_rules(before, read(("a.yaml", _WORDS.replace("surge", "{text: 12}")), uses), NOON)
    assert matched(after, "A surge.") == [("floods", before.versions["floods"])]
    assert after.versions["fires"] == before.versions["fires"]
    assert "a.yaml:3:" in after.broken[0].problem


def test_an_actor_that_is_gone_with_its_broken_file_is_still_known_to_the_rules_live_before() -> None:
    uses = ("b.yaml", _HEAD + "  visits: {match: {actor: freedonia}}\n")
    before = start(("a.yaml", _STATE), ("c.yaml", _PART), uses)
    broken = read(("a.yaml", _STATE), ("c.yaml", "version: 1\nactors: [\n"), uses)
    once = succeed_rules(before, broken, NOON)
    twice = succeed_rules(once, broken, _LATER)
    assert [rule for rule, _ in matched(twice, "A visit to Glade.")] == ["visits"]


def test_mistakes_in_warnings_only_hold_nothing_back() -> None:
    before = start(("a.yaml", _HEAD + _FLOODS))
    warning = Problem("a.yaml", 1, 1, "odd", "warning")
    assert ids(succeed_rules(before, read(("a.yaml", _HEAD + _FIRES), problems=(warning,)), NOON)) == ["fires"]


def test_what_came_changed_and_ended_is_told_apart() -> None:
    before = start(("a.yaml", "rules: {a: {match: storm}, b: {match: flood}, c: {match: fire}}"))
    after = start(("b.yaml", "rules: {a: {match: storm}, b: {match: floods}, d: {match: fire}}"))
    assert compare_rules(before, after) == RuleChanges(new=(RuleId("d"),), changed=(RuleId("b"),), gone=(RuleId("c"),))


def test_a_rule_is_broken_since_it_was_found_so_by_an_earlier_run() -> None:
    good = start(("a.yaml", "rules: {a: {match: storm}, b: {match: flood}}"))
    broken = succeed_rules(good, read(("a.yaml", "rules: {a: {match: 5}, b: {match: 6}}")), _LATER)
    earlier = replace(broken.broken[0], since=NOON)
    other = replace(broken.broken[1], since=NOON, problem="something else")
    assert [state.since for state in keep_since(broken, [earlier, other]).broken] == [NOON, _LATER]
