"""How long rules take to load: compiled, read back from the cache, and after an edit.

    python -m benchmarks.load

Seconds of CPU of one thread; the index that matching needs is counted with each.
"""

import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import process_time

import yaml

from benchmarks.corpus import make_complex_rules, make_language, make_simple_rules, write_rule_file
from monitor.config.files import Texts, read_yaml_files
from monitor.config.rule_cache import load_cached_rules
from monitor.match.matcher import RuleMatcher
from monitor.match.rules import RuleSet, load_rules

_FILES = 10


def main() -> None:
    """Measure and print each line as it comes."""
    language = make_language()
    with tempfile.TemporaryDirectory() as directory:
        cache = Path(directory) / "cache"
        texts = (("rules.yaml", _as_yaml(write_rule_file(make_complex_rules(language, 10_000)))),)
        _print("10,000 OR-group rules, YAML, compiled", 10.0, lambda: load_rules(texts))
        _print("… compiled and kept", None, lambda: load_cached_rules(texts, cache))
        _print("… from the cache", 0.5, lambda: load_cached_rules(texts, cache))
        large = (("rules.json", write_rule_file(make_simple_rules(language, 100_000))),)
        _print("100,000 conjunctions, JSON, compiled", 15.0, lambda: load_rules(large))
        rules = Path(directory) / "rules"
        edited = _write_files(rules, make_complex_rules(language, 1_000))
        _load_directory(rules, cache)
        edited.write_text(edited.read_text(encoding="utf-8") + "# edited\n", encoding="utf-8")
        _print("1,000 OR-group rules in ten files, one edited", 1.0, lambda: _load_directory(rules, cache))


def _print(what: str, target: float | None, load: Callable[[], RuleSet]) -> None:
    begun = process_time()
    rule_set = load()
    loaded = process_time()
    RuleMatcher(rule_set)
    indexed = process_time()
    wanted = f"{target:g} s" if target else "–"
    print(f"| {what} | {loaded - begun:.2f} + {indexed - loaded:.2f} s | {wanted} |", flush=True)
    if rule_set.problems:
        raise SystemExit("\n".join(map(str, rule_set.problems[:10])))


def _as_yaml(text: str) -> str:
    return yaml.dump(json.loads(text), Dumper=getattr(yaml, "CSafeDumper", yaml.SafeDumper), sort_keys=False)


def _write_files(directory: Path, rules: dict[str, object]) -> Path:
    directory.mkdir()
    names = list(rules)
    for number in range(_FILES):
        part = {name: rules[name] for name in names[number::_FILES]}
        (directory / f"{number}.yaml").write_text(_as_yaml(write_rule_file(part)), encoding="utf-8")
    return directory / "0.yaml"


def _load_directory(directory: Path, cache: Path) -> RuleSet:
    texts: Texts
    texts, _ = read_yaml_files(directory)
    return load_cached_rules(texts, cache)


if __name__ == "__main__":
    main()
