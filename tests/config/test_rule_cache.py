"""Compiled rules kept on disk: the same rules as compiled ones, and never a reason for anything to fail."""

import json
import os
import pickle
from collections.abc import Callable
from pathlib import Path
from zlib import crc32

import pytest

from monitor.config.project import read_rule_set
from monitor.config.rule_cache import load_cached_rules
from monitor.match.matcher import RuleMatcher
from monitor.match.rules import CompiledRule, RuleBody, RuleSet
from tests.builders import make_article

_WORDS = [f"term number{number}" for number in range(400)]


def _texts(count: int = 150, **first: object) -> tuple[tuple[str, str], ...]:
    """Rules enough to be worth keeping, over concepts and actors of every kind."""
    vocabulary = {
        "concepts": {"many": _WORDS, "inflected": {"terms": {"en": [{"text": "threat", "forms": "inflected"}]}}},
        "actors": {
            "land": {"kind": "state", "names": {"en": ["Landia", {"text": "Land", "needs": ["capital"]}]}},
            "capital": {"kind": "place", "part_of": "land", "names": ["Capitalville"]},
            "chief": {
                "kind": "person",
                "names": ["Chiefly"],
                "acts_for": [{"actor": "land", "from": "2003-10-31"}],
            },
        },
    }
    match = {"all": [{"any": [{"concept": "many"}, {"actor": "land"}]}, {"text": "C+", "exact": True}]}
    rules = {
        f"r{number}": {
            "match": {"any": [match, {"near": ["shared wor?", f"own{number} prefix"], "within": "sentence"}]},
            "where": {"language": ["en"], "published_within": "48h"},
            "why": "x" * 7000,
            "tests": [{"hit": {"title": f"own{number} prefix", "published": "2026-01-01"}}],
        }
        for number in range(count)
    }
    rules["r0"] |= first
    text = json.dumps({**vocabulary, "rules": rules, "unknown": 1})
    return (("rules/all.json", text),)


def _outcomes(rule_set: RuleSet) -> object:
    matcher = RuleMatcher(rule_set)
    texts = ("term number7 and C+", "Landia, C+", "Land, C+", "a shared work by own5 prefix", "Chiefly: C+", "C++")
    return [matcher.match(make_article(text, key=text)) for text in texts]


def _only_file(directory: Path) -> Path:
    (file,) = directory.iterdir()
    return file


def test_rules_from_the_cache_are_those_that_were_compiled(tmp_path: Path) -> None:
    compiled = load_cached_rules(_texts(), tmp_path)
    cached = load_cached_rules(_texts(), tmp_path)
    assert _outcomes(cached) == _outcomes(compiled)
    assert [each.rule for each in cached.rules] == [each.rule for each in compiled.rules]
    assert [each.tests for each in cached.rules] == [each.tests for each in compiled.rules]
    assert (cached.problems, cached.refused) == (compiled.problems, compiled.refused)
    assert (cached.actors, dict(cached.concepts)) == (compiled.actors, dict(compiled.concepts))


def test_of_cached_rules_only_those_that_may_match_are_read(tmp_path: Path) -> None:
    load_cached_rules(_texts(), tmp_path)
    cached = load_cached_rules(_texts(), tmp_path)
    RuleMatcher(cached).match(make_article("a shared work by own5 prefix"))
    assert [each.rule.id for each in cached.rules if _is_read(each)] == ["r5"]


def _is_read(compiled: CompiledRule) -> bool:
    return isinstance(getattr(compiled.body, "_body", None), RuleBody)


def test_changed_rules_are_compiled_and_the_last_four_states_kept(tmp_path: Path) -> None:
    for number in range(6):
        rule_set = load_cached_rules(_texts(title=f"Title {number}"), tmp_path)
        assert rule_set.rules[0].rule.title == f"Title {number}"
    assert len(list(tmp_path.iterdir())) == 4


def test_few_rules_are_not_worth_keeping(tmp_path: Path) -> None:
    load_cached_rules(_texts(3), tmp_path)
    assert list(tmp_path.iterdir()) == []


def _with_checksum(data: bytes) -> bytes:
    return data + crc32(data).to_bytes(4)


class _Mischief:
    """Unpickled by the standard unpickler it would make a directory."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def __reduce__(self) -> object:
        return os.mkdir, (str(self._directory),)


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: b"",
        lambda data: data[: len(data) // 2],
        lambda data: data[:-1] + bytes([data[-1] ^ 1]),
        lambda data: data[:5000] + bytes([data[5000] ^ 1]) + data[5001:],
        lambda data: _with_checksum(b"\0" * 1000),
        lambda data: _with_checksum((2**62).to_bytes(8, "little") + b"\0" * 1000),
    ],
    ids=["empty", "cut short", "wrong checksum", "one bit", "zeros", "an enormous count"],
)
def test_a_damaged_file_is_ignored_and_written_anew(tmp_path: Path, damage: Callable[[bytes], bytes]) -> None:
    expected = _outcomes(load_cached_rules(_texts(), tmp_path))
    file = _only_file(tmp_path)
    good = file.read_bytes()
    file.write_bytes(damage(good))
    assert _outcomes(load_cached_rules(_texts(), tmp_path)) == expected
    assert len(_only_file(tmp_path).read_bytes()) == len(good)


def test_a_foreign_pickle_runs_nothing(tmp_path: Path) -> None:
    cache, made = tmp_path / "cache", tmp_path / "made"
    load_cached_rules(_texts(), cache)
    part = pickle.dumps(_Mischief(made))
    body = b"".join(number.to_bytes(8, "little") for number in (1, len(part))) + part
    _only_file(cache).write_bytes(_with_checksum(body))
    assert len(load_cached_rules(_texts(), cache).rules) == 150
    assert not made.exists()


def test_a_file_that_others_may_write_to_is_ignored(tmp_path: Path) -> None:
    load_cached_rules(_texts(), tmp_path)
    _only_file(tmp_path).chmod(0o666)
    compiled = load_cached_rules(_texts(), tmp_path)
    assert all(_is_compiled(each) for each in compiled.rules)


def _is_compiled(compiled: CompiledRule) -> bool:
    return isinstance(compiled.body, RuleBody)


def test_without_a_place_to_write_to_rules_are_compiled(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert len(load_cached_rules(_texts(), tmp_path / "file" / "cache").rules) == 150


def test_a_directory_of_rules_is_kept_with_the_caches_of_its_reader(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "caches"))
    (tmp_path / "all.json").write_text(_texts()[0][1], encoding="utf-8")
    first, _ = read_rule_set(tmp_path / "all.json")
    second, _ = read_rule_set(tmp_path / "all.json")
    assert _outcomes(first) == _outcomes(second)
    assert len(list((tmp_path / "caches" / "media-monitor").iterdir())) == 1
