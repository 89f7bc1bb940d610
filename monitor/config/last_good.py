"""The rule files as they were when they last had no error, kept beside the data for a start with broken ones.

Without it a broken rule is silent, and named, until it is mended; see docs/decisions/0004.
"""

import json
from collections.abc import Mapping
from pathlib import Path

from monitor.config.files import Texts

LAST_GOOD_FILE = "rules.last-good.json"


def read_last_good(data: Path) -> Texts:
    """The (name, text) of each file; none where nothing was kept, or what was kept cannot be read."""
    try:
        found = json.loads((data / LAST_GOOD_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return ()
    if not isinstance(found, dict):
        return ()
    return tuple((name, text) for name, text in found.items() if isinstance(text, str))


def write_last_good(data: Path, texts: Mapping[str, str]) -> None:
    """Keep these and only these, in one step or not at all. OSError when the disk refuses."""
    target = data / LAST_GOOD_FILE
    content = json.dumps(texts, ensure_ascii=True)
    if target.exists() and target.read_text(encoding="utf-8") == content:
        return
    written = target.with_suffix(".new")
    written.write_text(content, encoding="utf-8")
    written.replace(target)
