"""What definitions say of each other and of the rules: patterns that fit nothing, subscribers whom nobody names."""

from collections.abc import Collection, Iterable
from fnmatch import fnmatchcase

from monitor.config.documents import Definitions
from monitor.config.models import RouteShape
from monitor.config.shapes import Definition
from monitor.errors import Problem
from monitor.text.suggest import did_you_mean


def check_patterns(definitions: Definitions, rule_ids: Collection[str] | None) -> Iterable[Problem]:
    """Warn of conditions that nothing can fit."""
    sources = definitions.sources
    tags = {tag for source in sources.values() if source for tag in source.shape.tags}
    for route in definitions.routes:
        when = route.shape.when
        if rule_ids is not None:
            yield from _check_words(route, "rules", when.rules, rule_ids, "fits no rule")
        yield from _check_words(route, "source", when.source, sources, "fits no source")
        if all(sources.values()):
            yield from _check_words(route, "source_tags", when.source_tags, tags, "is the tag of no source")
    yield from _check_silences(definitions, rule_ids)
    yield from _check_given(definitions, rule_ids)


def _check_words(
    route: Definition[RouteShape], key: str, patterns: Iterable[str], known: Collection[str], message: str
) -> Iterable[Problem]:
    for number, pattern in enumerate(patterns):
        if not any(fnmatchcase(word, pattern) for word in known):
            text = f'"{pattern}" {message}{did_you_mean(pattern, known)}'
            yield route.problem(("when", key, number), text, warning=True)


def _check_silences(definitions: Definitions, rule_ids: Collection[str] | None) -> Iterable[Problem]:
    known = {"rule": rule_ids, "source": definitions.sources}
    for silence in definitions.silences:
        for key, words in known.items():
            pattern = getattr(silence.shape, key)
            if pattern and words is not None and not any(fnmatchcase(word, pattern) for word in words):
                text = f'"{pattern}" fits no {key}{did_you_mean(pattern, words)}'
                yield silence.problem((key,), text, warning=True)


def _check_given(definitions: Definitions, rule_ids: Collection[str] | None) -> Iterable[Problem]:
    """A test of a rule or source that does not exist tests nothing."""
    known = {"rule": rule_ids, "source": definitions.sources}
    for case in definitions.cases:
        for key, words in known.items():
            word = getattr(case.shape.given, key)
            if word and words is not None and word not in words:
                yield case.problem(("given", key), f'unknown {key} "{word}"{did_you_mean(word, words)}')


def check_reach(definitions: Definitions) -> Iterable[Problem]:
    """Warn of subscribers whom no route names: they would wait for ever."""
    named = {subscriber for route in definitions.routes for subscriber in route.shape.to}
    named |= {operator.name for operator in definitions.operators}
    for identifier, subscriber in definitions.subscribers.items():
        if subscriber and identifier not in named:
            yield subscriber.problem((), "no route names it, so it gets nothing", at_key=True, warning=True)
