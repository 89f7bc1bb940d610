"""The matching engine beside its peers, on articles and rules that are the same in every run.

    python -m benchmarks.match                       all sizes, as in docs/performance.md
    python -m benchmarks.match simple:1000           one of them
    python -m benchmarks.match --articles a.jsonl --rules r.jsonl

Figures are CPU time of one thread, evidence for the matches included. Engines take the articles by turns, a hundred at
a time as they come from an archive, so that what else the machine does meets them alike; compare the ratios, not the
rates, between machines. With `--turn 1` what an engine leaves in the processor's caches is gone before its next
article.
"""

import argparse
import gc
import json
import os
import resource
import subprocess
import sys
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter, thread_time
from typing import Any

from benchmarks.corpus import (
    make_articles,
    make_complex_rules,
    make_language,
    make_rare_rules,
    make_simple_rules,
    write_rule_file,
)
from benchmarks.peers import Percolator, UnsupportedRuleError, fold_article
from monitor.match.matcher import RuleMatcher
from monitor.match.rules import load_rules
from monitor.model import Article, ArticleId, EntryKey, SourceId

_COUNTS = {"simple": (1_000, 10_000, 100_000), "rare": (1_000, 10_000, 100_000), "complex": (1_000, 10_000)}
MAKERS = {"simple": make_simple_rules, "rare": make_rare_rules, "complex": make_complex_rules}
SIZES = tuple(f"{kind}:{count}" for kind, counts in _COUNTS.items() for count in counts)
_WARM_UP = 2_500
_MEASURED = 1_500
# As an archive comes, in batches; and few enough that what else the machine does meets all engines alike.
_TURN = 100
NOW = datetime(2026, 3, 1, tzinfo=UTC)
# A peer that has had so much CPU time sits out the rest; it is compared on the articles that it took.
_PEER_SECONDS = 40.0
_LEAST_PEER_ARTICLES = 10


@dataclass(frozen=True)
class Result:
    """One line of the table. Times are means in microseconds of CPU an article; `peer` ones None where it sat out."""

    rules: str
    count: int
    engine: float
    slowest_hundredth: float
    floor: float
    matches: float
    mentions: float
    load_seconds: float
    index_seconds: float
    peak_megabytes: int
    peer: float | None = None
    engine_beside_peer: float | None = None
    peer_seconds_to_load: float | None = None
    note: str = ""


def main() -> None:
    """Run what the command line asks for."""
    options = _parse_options()
    if options.child:
        print(json.dumps(asdict(_measure_size(options.sizes[0], options.turn))))
        return
    if options.articles:
        rules = write_rule_file(_read_rules(options.rules))
        results = [_measure("files", _read_articles(options.articles), rules, options.turn)]
    else:
        # A process each, so that memory is each one's own.
        results = [_measure_apart(size, options.turn) for size in options.sizes or SIZES]
    if options.json:
        print(json.dumps([asdict(result) for result in results], indent=2))
    else:
        print(_write_table(results))


def _parse_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.match", description=__doc__, add_help=True)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("sizes", nargs="*", metavar="KIND:COUNT", help=f"of {', '.join(SIZES)}; default all")
    parser.add_argument("--articles", type=Path, help="JSON lines with title, standfirst and body")
    parser.add_argument("--rules", type=Path, help='JSON lines with id and match: {"id": "x", "match": {"all": […]}}')
    parser.add_argument(
        "--turn", type=int, default=_TURN, metavar="N", help=f"articles that each takes in a row; default {_TURN}"
    )
    parser.add_argument("--json", action="store_true", help="results for a program")
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if bool(options.articles) != bool(options.rules):
        parser.error("--articles and --rules go together")
    return options


def _measure_apart(size: str, turn: int) -> Result:
    print(f"{size} …", file=sys.stderr)
    command = [sys.executable, "-m", "benchmarks.match", "--child", "--turn", str(turn), size]
    ended = subprocess.run(command, check=True, stdout=subprocess.PIPE, env={**os.environ, "PYTHONHASHSEED": "0"})
    return Result(**json.loads(ended.stdout))


def _measure_size(size: str, turn: int) -> Result:
    kind, _, count = size.partition(":")
    language = make_language()
    articles = make_articles(language, _WARM_UP + _MEASURED, now=NOW)
    return _measure(kind, articles, write_rule_file(MAKERS[kind](language, int(count))), turn)


def _measure(kind: str, articles: list[Article], text: str, turn: int) -> Result:
    started = perf_counter()
    rule_set = load_rules([("rules.json", text)])
    loaded = perf_counter()
    if rule_set.problems:
        raise SystemExit("\n".join(str(problem) for problem in rule_set.problems[:20]))
    matcher = RuleMatcher(rule_set)
    indexed = perf_counter()
    warm_up = min(_WARM_UP, len(articles) // 2)
    for article in articles[:warm_up]:
        matcher.match(article)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    gc.collect()
    peer_started = perf_counter()
    peer, note = _make_peer(text)
    race = _Race(matcher, peer)
    peer_seconds = perf_counter() - peer_started if peer else None
    rest = articles[warm_up:]
    for start in range(0, len(rest), turn):
        race.run(rest[start : start + turn])
    mean = race.means()
    return Result(
        rules=kind,
        count=len(rule_set.rules),
        load_seconds=loaded - started,
        index_seconds=indexed - loaded,
        peak_megabytes=peak,
        peer_seconds_to_load=peer_seconds,
        note=note or race.note,
        **mean,
    )


def _make_peer(text: str) -> tuple[Percolator | None, str]:
    rules = {name: rule["match"] for name, rule in json.loads(text)["rules"].items()}
    try:
        return Percolator(rules), ""
    except UnsupportedRuleError as error:
        return None, str(error)


class _Race:
    """Every engine takes every article, a few at a time by turns."""

    def __init__(self, matcher: RuleMatcher, peer: Percolator | None) -> None:
        self._matcher = matcher
        self._peer = peer
        self._engine: list[float] = []
        self._floor: list[float] = []
        self._peer_times: list[float] = []
        self._matches = self._mentions = 0
        self.note = ""

    def run(self, articles: list[Article]) -> None:
        for article in articles:
            started = thread_time()
            fold_article(article)
            self._floor.append(thread_time() - started)
        expected = [self._run_engine(article) for article in articles]
        if not self._peer or (sum(self._peer_times) >= _PEER_SECONDS and len(self._peer_times) >= _LEAST_PEER_ARTICLES):
            return
        for article, rules in zip(articles, expected, strict=True):
            started = thread_time()
            found = self._peer.match(article)
            self._peer_times.append(thread_time() - started)
            self._compare(article, found, rules)

    def _run_engine(self, article: Article) -> list[str]:
        started = thread_time()
        outcome = self._matcher.match(article)
        self._engine.append(thread_time() - started)
        self._matches += len(outcome.matches)
        self._mentions += sum(len(match.mentions) for match in outcome.matches)
        return [str(match.rule) for match in outcome.matches]

    def _compare(self, article: Article, found: list[str], expected: list[str]) -> None:
        if set(found) != set(expected):
            self.note = f"mokaccino disagrees on {article.id}: {sorted(set(found) ^ set(expected))[:3]}"

    def means(self) -> dict[str, Any]:
        """The measured fields of a result."""
        count = len(self._engine)
        paired = len(self._peer_times)
        return {
            "engine": 1e6 * sum(self._engine) / count,
            "slowest_hundredth": 1e6 * sorted(self._engine)[count * 99 // 100],
            "floor": 1e6 * sum(self._floor) / count,
            "matches": self._matches / count,
            "mentions": self._mentions / count,
            "peer": 1e6 * sum(self._peer_times) / paired if paired else None,
            "engine_beside_peer": 1e6 * sum(self._engine[:paired]) / paired if paired else None,
        }


def _read_articles(path: Path) -> list[Article]:
    return [
        Article(
            id=ArticleId(str(fields.get("id", number))),
            source=SourceId("file"),
            key=EntryKey(str(number)),
            fetched_at=NOW,
            fingerprint=f"1:{number}",
            **{part: fields.get(part) for part in ("title", "standfirst", "body", "language", "url")},
        )
        for number, fields in enumerate(map(json.loads, path.read_text(encoding="utf-8").splitlines()))
    ]


def _read_rules(path: Path) -> dict[str, Any]:
    return {rule["id"]: rule["match"] for rule in map(json.loads, path.read_text(encoding="utf-8").splitlines())}


def _write_table(results: list[Result]) -> str:
    head = (
        "| rules | articles/s | 99 of 100 within | matches, mentions | mokaccino | times mokaccino | "
        "tokeniser alone | times its time | load + index | peak memory |"
    )
    lines = [head, "|---|" + "---:|" * (head.count("|") - 2), *map(_write_line, results)]
    notes = [f"{result.rules} {result.count:,}: {result.note}" for result in results if result.note]
    return "\n".join([*lines, *notes])


def _write_line(result: Result) -> str:
    peer = times = "–"
    if result.peer and result.engine_beside_peer:
        peer = f"{1e6 / result.peer:,.1f}/s"
        times = f"{result.peer / result.engine_beside_peer:.1f}"
    cells = (
        f"{result.rules} {result.count:,}",
        f"{1e6 / result.engine:,.0f}",
        f"{result.slowest_hundredth / 1000:.2f} ms",
        f"{result.matches:.2f}, {result.mentions:.1f}",
        peer,
        times,
        f"{1e6 / result.floor:,.0f}/s",
        f"{result.engine / result.floor:.1f}",
        f"{result.load_seconds:.1f} + {result.index_seconds:.1f} s",
        f"{result.peak_megabytes} MB",
    )
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    main()
