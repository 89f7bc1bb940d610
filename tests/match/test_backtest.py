"""Backtests count what holds, week by week, and name what a change of the rules gains and loses."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from monitor.match.backtest import Backtest, BacktestResult, weeks_between
from monitor.match.rules import RuleSet, load_rules
from monitor.model import Article, Source, SourceId
from tests.builders import NOON, make_article

_MONDAY = datetime(2026, 3, 2, tzinfo=UTC)


def rules(*definitions: str) -> RuleSet:
    text = "version: 1\nrules:\n" + "".join(f"  {definition}\n" for definition in definitions)
    rule_set = load_rules([("rules.yaml", text)])
    assert rule_set.problems == ()
    return rule_set


def report(body: str, days: float, key: str | None = None) -> Article:
    return make_article(body, key=key or f"{body}{days}", published=_MONDAY + timedelta(days=days))


def run(rule_set: RuleSet, articles: Sequence[Article], *wanted: str, against: RuleSet | None = None) -> BacktestResult:
    backtest = Backtest(rule_set, wanted, against)
    for article in articles:
        backtest.add(article)
    assert backtest.problems == []
    return backtest.result()


def test_hits_are_counted_by_iso_week_and_a_week_begins_on_monday() -> None:
    articles = [report("A flood.", days) for days in (-0.5, 0, 6.9, 7)] + [report("Sun.", 3), report("Sun.", 30)]
    result = run(rules("floods: {match: flood}"), articles)
    (floods,) = result.rules
    assert floods.weeks == {date(2026, 2, 23): 1, date(2026, 3, 2): 2, date(2026, 3, 9): 1}
    assert (floods.hits, result.articles) == (4, 6)
    assert result.share(floods.hits) == 4 / 6


def test_weeks_without_any_article_do_not_lower_the_expected_volume() -> None:
    result = run(rules("floods: {match: flood}"), [report("A flood.", days) for days in (-36500, 0, 1, 2)])
    assert result.per_week(4) == 2


def test_an_article_without_a_date_counts_when_it_was_fetched() -> None:
    (floods,) = run(rules("floods: {match: flood}"), [make_article("A flood.", fetched_at=NOON)]).rules
    assert floods.weeks == {date(2026, 3, 2): 1}


def test_drafts_count_and_rules_that_are_off_count_only_when_asked_for() -> None:
    rule_set = rules("new: {match: flood, status: draft}", "old: {match: flood, status: off}")
    articles = [report("A flood.", 0)]
    assert [(each.id, each.hits) for each in run(rule_set, articles).rules] == [("new", 1)]
    assert [(each.id, each.hits) for each in run(rule_set, articles, "old").rules] == [("old", 1)]


def test_samples_are_the_newest_and_a_syndicated_text_is_shown_once() -> None:
    articles = [report("A flood.", 9, key=f"copy {number}") for number in range(5)]
    articles += [report(f"Flood number {days}.", days) for days in range(5)]
    expected = ["A flood.", "Flood number 4.", "Flood number 3."]
    for order in (articles, articles[::-1]):
        (floods,) = run(rules("floods: {match: flood}"), order).rules
        assert [sample.article.body for sample in floods.samples] == expected
        assert floods.samples[0].article.key == "copy 0"
        assert floods.samples[0].match.mentions[0].text == "flood"


def test_what_a_change_gains_and_loses_is_named_newest_first() -> None:
    before, after = rules("floods: {match: {any: [flood, surge]}}"), rules("floods: {match: {any: [flood, deluge]}}")
    articles = [
        report(body, days) for days, body in enumerate(["A flood.", "A surge.", "A deluge.", "Two deluge.", "Sun."])
    ]
    (floods,) = run(after, articles, against=before).rules
    assert floods.against is not None
    assert (floods.hits, floods.against.hits) == (3, 2)
    assert [each.id for each in floods.against.gained.articles] == ["wire/Two deluge.3", "wire/A deluge.2"]
    assert [each.article.body for each in floods.against.lost.samples] == ["A surge."]
    assert floods.against.rule is not None
    assert floods.rule is not None
    assert floods.against.rule.version != floods.rule.version


def test_a_rule_that_one_side_does_not_have_is_shown_with_what_it_means() -> None:
    result = run(rules("new: {match: flood}"), [report("A flood.", 0)], against=rules("old: {match: flood}"))
    new, old = result.rules
    assert new.against is not None
    assert new.against.rule is None
    assert old.rule is None
    assert old.against is not None
    assert len(old.against.lost.articles) == 1


def test_nothing_at_all_gives_an_empty_result() -> None:
    result = run(rules("floods: {match: flood}"), [])
    assert [each.hits for each in result.rules] == [0]
    assert result.per_week(0) == 0
    assert result.share(0) == 0
    assert weeks_between([]) == ()


def test_the_weeks_between_two_are_filled_over_the_turn_of_the_year() -> None:
    first, last = date(2025, 12, 22), date(2026, 1, 12)
    assert weeks_between([last, first]) == (first, date(2025, 12, 29), date(2026, 1, 5), last)


def test_rules_that_choose_by_the_source_see_where_an_article_came_from() -> None:
    rule_set = rules("wires: {match: flood, where: {source_tags: wire}}")
    wire = Source(id=SourceId("wire"), kind="feed", address="https://wire.example.org/feed", tags=("wire",))
    blog = replace(wire, id=SourceId("blog"), tags=("blog",))
    backtest = Backtest(rule_set, sources=[wire, blog])
    for source in ("wire", "blog", "unknown"):
        backtest.add(make_article(f"A flood at {source}.", source=source))
    (wires,) = backtest.result().rules
    assert {sample.article.source for sample in wires.samples} == {"wire", "unknown"}
