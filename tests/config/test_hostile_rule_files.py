"""Rule files that nobody should write and somebody will: each is read as it was meant, or named with its fault."""

import json
import os
from pathlib import Path

import pytest

from monitor.config.project import read_rule_set
from monitor.match.examples import list_failures, run_examples

_BOMB = b"".join(
    [b"a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"]
    + [b"a%d: &a%d [%s]\n" % (n, n, b", ".join([b"*a%d" % (n - 1)] * 10)) for n in range(1, 10)]
    + [b"rules: {r: {match: {any: *a9}}}\n"]
)
_SOUND = {
    "nothing": b"",
    "only a comment": b"# later\n",
    "only a version": b"version: 1\n",
    "null sections": b"rules: null\nactors: ~\nconcepts:\n",
    "null as JSON": b"null",
    "a byte order mark": b"\xef\xbb\xbfrules: {r: {match: flood, tests: [hit: A flood.]}}",
    "line ends of Windows": b"rules:\r\n  r: {match: flood, tests: [hit: A flood.]}\r\n",
    "Norwegian no": b"rules: {no: {match: {all: [no, off, flood]}, tests: [hit: No flood is off.]}}",
    "times of day": b"rules: {r: {match: 12:30, tests: [hit: At 12:30 sharp.]}}",
    "an id of digits": b"rules: {007: {match: bond}, 2024-01-01: {match: bond}}",
    "an anchor": b"rules: {r: &r {match: flood}, s: *r}",
    "a directive": b"%YAML 1.1\n---\nrules: {r: {match: yes}}\n",
    "a text marked as such": b"rules: {r: {match: !!str 2024, tests: [hit: In 2024.]}}",
    "JSON with tabs": b'{\n\t"rules": {"r": {"match": "flood"}}\n}',
    "a title of 100,000 letters": b"rules: {r: {match: flood, title: " + b"t" * 100_000 + b"}}",
    "a phrase of 2,000 words": b"rules: {r: {match: '" + b"word " * 2_000 + b"'}}",
}
_REFUSED = {
    "UTF-16": ("rules: {r: {match: x}}".encode("utf-16"), "1:1: not UTF-8"),
    "Latin-1": (b"rules: {r: {match: caf\xe9}}", "1:23: not UTF-8 (found the byte 0xe9)"),
    "NUL": (b'rules: {r: {match: "a\0b"}}', "1:22: not valid YAML: the control character U+0000"),
    "a tab": (b"rules:\n\tr: {match: x}\n", "2:1: not valid YAML: a tab; indent with spaces"),
    "a thousand levels": (b"rules: {r: {match: " + b"{all: [" * 1000, "nested too deeply"),
    "120 levels of JSON": (b'{"rules": ' + b'{"a": ' * 120 + b"1" + b"}" * 121, "nested more than 100 levels deep"),
    "a billion laughs": (_BOMB, "aliases unfold into more than 50,000 values"),
    "a list that holds itself": (b"rules: {r: {match: {any: &a [x, *a]}}}", "nested more than 100 levels deep"),
    "a merge key": (b"rules: {r: {<<: {match: x}}}", '1:13: merge keys ("<<") are not supported'),
    "a tag of Python": (b"rules: {r: {match: !!python/name:os.system x}}", "1:20: unknown tag"),
    "a list with a tag of Python": (b"rules: !!python/object/apply:os.system [x]", "1:8: unknown tag"),
    "two documents": (b"rules: {}\n---\nrules: {}\n", "2:1: not valid YAML: a second document begins here"),
    "a list": (b"[]", "1:1: expected a mapping, found a list"),
    "a text": (b'"rules"', '1:1: expected a mapping, found "rules"'),
    "half of JSON": (b'{"rules": {"r": {"match": "x"', '"}" is missing'),
    "a key twice": (b'{"rules": {"r": {"match": "x"}, "r": {"match": "y"}}}', 'key "r" stands twice'),
    "capitals in an id": (b"rules: {My-Rule: {match: x}}", '1:9: "My-Rule" is no id'),
    "no id": (b"rules: {'': {match: x}}", '1:9: "" is no id'),
    "a number for a term": (b"rules: {r: {match: 2024}}", "found the number 2024; write it in quotes"),
    "a day for a term": (b"rules: {r: {match: 2024-01-01}}", "found the day 2024-01-01; write it in quotes"),
    "true for a term": (b"rules: {r: {match: true}}", "found true; write it in quotes"),
    "nothing for a term": (b"rules: {r: {match: {any: [x, ~]}}}", "expected a clause, found nothing"),
    "a fire": ("rules: {r: {match: 🔥}}".encode(), '"🔥" holds no letter or digit to look for'),
    "a joiner": (b'rules: {r: {match: "\\u200d"}}', "holds no letter or digit"),
    "rules as a list": (b"rules: []", "1:8: expected a mapping, found a list"),
    "a rule of nothing": (b"rules: {r: ~}", "expected a mapping, found nothing"),
    "a version as text": (b'version: "1"\nrules: {}', 'expected version 1, the only one there is, found "1"'),
    "a version of truth": (b"version: true\n", "expected version 1, the only one there is, found true"),
    "an unclosed bracket": (b"rules: {r: {match: [x}}", 'expected "," or "]"'),
    "more than 64 megabytes": (b"#" * (64 * 1024 * 1024 + 1), "larger than 64 MB"),
}


@pytest.mark.parametrize("content", _SOUND.values(), ids=_SOUND)
def test_what_was_meant_is_read(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.yaml").write_bytes(content)
    rule_set, problems = read_rule_set(tmp_path)
    assert [str(problem) for problem in (*problems, *list_failures(run_examples(rule_set)))] == []


@pytest.mark.parametrize(("content", "told"), _REFUSED.values(), ids=_REFUSED)
def test_what_cannot_be_meant_is_named_and_spoils_no_other_file(tmp_path: Path, content: bytes, told: str) -> None:
    (tmp_path / "x.yaml").write_bytes(content)
    (tmp_path / "y.yaml").write_text("rules: {sound: {match: flood}}", encoding="utf-8")
    rule_set, problems = read_rule_set(tmp_path)
    assert any(told in str(problem) for problem in problems), [str(problem) for problem in problems]
    assert all(problem.file.endswith("x.yaml") for problem in problems)
    assert "sound" in {compiled.rule.id for compiled in rule_set.rules}


def test_what_is_no_file_is_named_and_what_is_none_of_ours_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to(tmp_path)
    (tmp_path / "itself.yaml").symlink_to(tmp_path / "itself.yaml")
    (tmp_path / "dangling.yaml").symlink_to(tmp_path / "nowhere.yaml")
    (tmp_path / "folder.yaml").mkdir()
    os.mkfifo(tmp_path / "pipe.yaml")
    for name in (".hidden.yaml", "notes.txt", "x.yaml~", "rules.schema.json"):
        (tmp_path / name).write_text("not: [yaml", encoding="utf-8")
    (tmp_path / "sound.yaml").write_text("rules: {sound: {match: flood}}", encoding="utf-8")
    rule_set, problems = read_rule_set(tmp_path)
    assert [compiled.rule.id for compiled in rule_set.rules] == ["sound"]
    assert [(Path(problem.file).name, problem.message) for problem in problems] == [
        ("dangling.yaml", "no such file or directory"),
        ("itself.yaml", "no such file or directory"),
        ("pipe.yaml", "not a regular file"),
    ]


def test_a_concept_of_fifty_thousand_terms_is_read_and_found(tmp_path: Path) -> None:
    terms = [f"term{number} number" for number in range(50_000)]
    rules = {
        "r": {"match": {"concept": "many"}, "tests": [{"hit": "The term41234 number."}, {"miss": "The term41234."}]}
    }
    (tmp_path / "x.json").write_text(json.dumps({"concepts": {"many": terms}, "rules": rules}), encoding="utf-8")
    rule_set, problems = read_rule_set(tmp_path)
    assert [str(problem) for problem in (*problems, *list_failures(run_examples(rule_set)))] == []
