"""What `monitor match --stats` reaches of the engine's own rate, on one archive and one set of rules.

    python -m benchmarks.match_command                    the sizes in docs/performance.md
    python -m benchmarks.match_command complex:1000       one of them

The command's steps are those that it prints itself, without reading and normalising: wall-clock time, which other work
on the machine makes longer, and the share of it that is the engine's, which it does not. The engine alone takes turns
with the command, and the best round of each counts.
"""

import argparse
import json
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from benchmarks.corpus import make_articles, make_language, write_rule_file
from benchmarks.match import MAKERS, NOW, SIZES
from monitor.match.matcher import RuleMatcher
from monitor.match.rules import load_rules
from monitor.model import Article
from monitor.render.documents import article_document

_DEFAULT = ("rare:10000", "simple:10000", "complex:10000")
# Few enough that the command reads them without worker processes, which would take turns with it on few cores.
_ARTICLES = 1_000
_ROUNDS = 3
_STEP = re.compile(r"^ *(\w+): .*\(([\d.]+) s\)$", re.MULTILINE)
_BEFORE = ("read", "normalise")
_ENGINE = ("match", "evidence")


@dataclass(frozen=True)
class _Rates:
    """Seconds for all articles, the engine alone and the steps of the command."""

    engine: float
    steps: dict[str, float]

    @property
    def command(self) -> float:
        return sum(self.steps.values())

    @property
    def share(self) -> float:
        return sum(self.steps[name] for name in _ENGINE) / self.command


def main() -> None:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.match_command", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("sizes", nargs="*", metavar="KIND:COUNT", help=f"of {', '.join(SIZES)}")
    print("| rules | engine alone | command | the engine's share | steps |")
    print("|---|---:|---:|---:|---|")
    for size in parser.parse_args().sizes or _DEFAULT:
        print(_write_line(size, _measure(size)), flush=True)


def _measure(size: str) -> _Rates:
    kind, _, count = size.partition(":")
    language = make_language()
    articles = make_articles(language, _ARTICLES, now=NOW)
    rules = write_rule_file(MAKERS[kind](language, int(count)))
    with TemporaryDirectory() as directory:
        archive, rule_file = Path(directory, "archive.jsonl"), Path(directory, "rules.json")
        lines = (json.dumps(article_document(article), ensure_ascii=False) for article in articles)
        archive.write_text("\n".join(lines), encoding="utf-8")
        rule_file.write_text(rules, encoding="utf-8")
        rounds = [(_run_engine(articles, rules), _run_command(archive, rule_file)) for _ in range(_ROUNDS)]
    engine = min(seconds for seconds, _ in rounds)
    return _Rates(engine, min((steps for _, steps in rounds), key=lambda steps: sum(steps.values())))


def _run_engine(articles: list[Article], rules: str) -> float:
    """As the command meets them: rules that no article was held against before."""
    matcher = RuleMatcher(load_rules([("rules.json", rules)]))
    begun = perf_counter()
    for article in articles:
        matcher.match(article)
    return perf_counter() - begun


def _run_command(archive: Path, rules: Path) -> dict[str, float]:
    command = [sys.executable, "-m", "monitor", "match", str(archive), "--rules", str(rules), "--stats"]
    ended = subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, encoding="utf-8")
    steps = {name: float(seconds) for name, seconds in _STEP.findall(ended.stderr)}
    return {name: seconds for name, seconds in steps.items() if name not in _BEFORE}


def _write_line(size: str, rates: _Rates) -> str:
    steps = ", ".join(f"{name} {1e6 * seconds / _ARTICLES:.0f} µs" for name, seconds in rates.steps.items())
    engine, command = f"{_ARTICLES / rates.engine:,.0f}/s", f"{_ARTICLES / rates.command:,.0f}/s"
    return f"| {size.replace(':', ' ')} | {engine} | {command} | {rates.share:.2f} | {steps} |"


if __name__ == "__main__":
    main()
