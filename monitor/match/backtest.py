"""What rules would have matched in a stretch of articles: week by week, with samples, and against another version.

Pure: the caller brings the articles one by one, in any order, and shows the result. Drafts are counted like live rules.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from monitor.errors import Problem
from monitor.match.matcher import RuleMatcher
from monitor.match.rules import RuleSet
from monitor.model import Article, ArticleId, Match, Rule, RuleId, Source

_SAMPLES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """An article that a rule holds for, whole, with the match that says why."""

    article: Article
    match: Match


@dataclass(frozen=True, slots=True, kw_only=True)
class Headline:
    """An article as far as a list needs it; `at` is when it was published, else fetched."""

    id: ArticleId
    source: str
    title: str | None
    url: str | None
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """The articles that one version of a rule holds for and the other does not, the newest first, some with why."""

    articles: tuple[Headline, ...] = ()
    samples: tuple[Sample, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """A rule against its other version: `rule` as it is there, None where it is not, and what came and went.

    One that did not load there, as `is_broken` says, can be compared with nothing.
    """

    rule: Rule | None
    hits: int
    gained: Change
    lost: Change
    is_broken: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleResult:
    """What one rule came to. `rule` is None when only the other version has it. `weeks` are Mondays, with hits."""

    id: RuleId
    rule: Rule | None
    hits: int
    weeks: Mapping[date, int]
    samples: tuple[Sample, ...]
    against: Comparison | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BacktestResult:
    """What the rules came to, by id, over so many articles; `weeks` are the Mondays of those that have any article."""

    articles: int
    weeks: tuple[date, ...]
    rules: tuple[RuleResult, ...]

    def per_week(self, hits: int) -> float:
        """Hits in a usual week: weeks of which nothing is stored say nothing about a rule, and do not count."""
        return hits / len(self.weeks) if self.weeks else 0.0

    def share(self, hits: int) -> float:
        """The part of the articles, from 0 to 1."""
        return hits / self.articles if self.articles else 0.0


class Backtest:
    """Counts as articles come by. `wanted` are the rules to look at; a rule that is off counts when it is among them.

    `against` is the other version of the rules, if there is one; `sources` are those that articles may have come from.
    """

    def __init__(
        self,
        rule_set: RuleSet,
        wanted: Collection[str] = (),
        against: RuleSet | None = None,
        sources: Iterable[Source] = (),
    ) -> None:
        self.problems: list[Problem] = []
        self._matcher = _match_wanted(rule_set, wanted)
        self._against = None if against is None else _match_wanted(against, wanted)
        self._broken = frozenset(() if against is None else against.refused)
        self._sources = {source.id: source for source in sources}
        self._articles = 0
        self._weeks: set[date] = set()
        self._tallies: dict[RuleId, _Tally] = {}

    @property
    def articles(self) -> int:
        """How many have come by."""
        return self._articles

    def add(self, article: Article) -> None:
        """Count one article."""
        self._articles += 1
        week = _monday_of(_time_of(article))
        self._weeks.add(week)
        found = self._match(self._matcher, article)
        for match in found.values():
            self._tally_of(match.rule).add(week, Sample(article=article, match=match))
        if self._against is not None:
            self._compare(article, found, self._match(self._against, article))

    def result(self) -> BacktestResult:
        """Every rule, also those that held for nothing."""
        rules = {rule.id: rule for rule in self._matcher.rules}
        others = {rule.id: rule for rule in self._against.rules} if self._against else {}
        return BacktestResult(
            articles=self._articles,
            weeks=tuple(sorted(self._weeks)),
            rules=tuple(self._conclude(rule, rules.get(rule), others.get(rule)) for rule in sorted({*rules, *others})),
        )

    def _match(self, matcher: RuleMatcher, article: Article) -> dict[RuleId, Match]:
        outcome = matcher.match(article, self._sources.get(article.source))
        self.problems += outcome.problems
        return {match.rule: match for match in outcome.matches}

    def _compare(self, article: Article, new: Mapping[RuleId, Match], old: Mapping[RuleId, Match]) -> None:
        for rule, match in old.items():
            tally = self._tally_of(rule)
            tally.hits_against += 1
            if rule not in new:
                tally.lost.add(Sample(article=article, match=match))
        for rule in new.keys() - old.keys() - self._broken:
            self._tally_of(rule).gained.add(Sample(article=article, match=new[rule]))

    def _tally_of(self, rule: RuleId) -> "_Tally":
        return self._tallies.setdefault(rule, _Tally())

    def _conclude(self, rule_id: RuleId, rule: Rule | None, other: Rule | None) -> RuleResult:
        tally = self._tallies.get(rule_id) or _Tally()
        comparison = Comparison(
            rule=other,
            hits=tally.hits_against,
            gained=tally.gained.conclude(),
            lost=tally.lost.conclude(),
            is_broken=rule_id in self._broken,
        )
        return RuleResult(
            id=rule_id,
            rule=rule,
            hits=tally.weeks.total(),
            weeks=dict(sorted(tally.weeks.items())),
            samples=tally.newest.conclude(),
            against=comparison if self._against else None,
        )


class _Newest:
    """The newest samples, each text once: five papers with one agency report show nothing that one does not."""

    def __init__(self) -> None:
        self._kept: list[Sample] = []

    def add(self, sample: Sample) -> None:
        known = next((each for each in self._kept if each.article.fingerprint == sample.article.fingerprint), None)
        if known is None:
            self._kept.append(sample)
        elif _age_of(sample) < _age_of(known):
            self._kept[self._kept.index(known)] = sample
        self._kept.sort(key=_age_of)
        del self._kept[_SAMPLES:]

    def conclude(self) -> tuple[Sample, ...]:
        return tuple(self._kept)


class _Changed:
    """Every article of a change by its headline, and the newest whole."""

    def __init__(self) -> None:
        self._headlines: list[Headline] = []
        self._newest = _Newest()

    def add(self, sample: Sample) -> None:
        article = sample.article
        self._headlines.append(
            Headline(id=article.id, source=article.source, title=article.title, url=article.url, at=_time_of(article))
        )
        self._newest.add(sample)

    def conclude(self) -> Change:
        newest_first = sorted(self._headlines, key=lambda headline: (-headline.at.timestamp(), headline.id))
        return Change(articles=tuple(newest_first), samples=self._newest.conclude())


class _Tally:
    """What is known of one rule so far."""

    def __init__(self) -> None:
        self.weeks: Counter[date] = Counter()
        self.newest = _Newest()
        self.hits_against = 0
        self.gained = _Changed()
        self.lost = _Changed()

    def add(self, week: date, sample: Sample) -> None:
        self.weeks[week] += 1
        self.newest.add(sample)


def weeks_between(weeks: Iterable[date]) -> tuple[date, ...]:
    """Every Monday from the first to the last of these."""
    known = sorted(weeks)
    count = (known[-1] - known[0]).days // 7 + 1 if known else 0
    return tuple(known[0] + timedelta(weeks=number) for number in range(count))


def _match_wanted(rule_set: RuleSet, wanted: Collection[str]) -> RuleMatcher:
    """The rules that are asked for by name, also when they are off; without names, all that are not."""
    if not wanted:
        return RuleMatcher(rule_set)
    asked = [compiled for compiled in rule_set.rules if compiled.rule.id in wanted]
    on = [
        replace(compiled, rule=replace(compiled.rule, status="draft")) if compiled.rule.status == "off" else compiled
        for compiled in asked
    ]
    return RuleMatcher(replace(rule_set, rules=tuple(on)))


def _time_of(article: Article) -> datetime:
    return article.published or article.fetched_at


def _age_of(sample: Sample) -> tuple[float, str]:
    """Sorts the newest first, and those of one moment by their ids, so that every run shows the same."""
    return -_time_of(sample.article).timestamp(), sample.article.id


def _monday_of(at: datetime) -> date:
    return at.date() - timedelta(days=at.weekday())
