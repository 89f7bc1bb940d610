"""Two thousand stored conjunctions over 999 articles, against answers on which two other engines agree.

The data do not travel with the project: they are looked for beside the checkout, or where MONITOR_CONJUNCTIONS says.
"""

import json
import os
from pathlib import Path

import pytest

from monitor.match.matcher import RuleMatcher
from monitor.match.rules import load_rules
from tests.builders import make_article

_BESIDE = Path(__file__).parents[2].parent / "shared" / "data" / "luwak"
_DIRECTORY = Path(os.environ.get("MONITOR_CONJUNCTIONS", _BESIDE))


@pytest.mark.skipif(not _DIRECTORY.is_dir(), reason="no stored conjunctions beside the checkout")
def test_stored_conjunctions_match_as_in_other_engines() -> None:
    articles, conjunctions, answers = (
        json.loads((_DIRECTORY / name).read_text(encoding="utf-8"))
        for name in ("docs.json", "queries.json", "gold_conjunctions.json")
    )
    # Those engines took the sign at the end of some terms for punctuation, as their queries are plain words.
    rules = {
        f"q{number}": {"match": {"all": [term.rstrip("*") for term in terms]}}
        for number, terms in enumerate(conjunctions)
    }
    rule_set = load_rules([("conjunctions.json", json.dumps({"rules": rules}))])
    assert rule_set.problems == ()
    matcher = RuleMatcher(rule_set)
    found: list[set[str]] = [set() for _ in conjunctions]
    for name, text in articles.items():
        for match in matcher.match(make_article(text, key=name)).matches:
            found[int(match.rule[1:])].add(name)
    assert found == [set(names) for names in answers]
