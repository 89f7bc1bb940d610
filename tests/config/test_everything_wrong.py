"""One configuration with every mistake we could think of, and the whole of what is said about it.

The expected text beside it is read in review: it is what an operator sees.
"""

from pathlib import Path

import pytest

from monitor.config.load import load_config
from monitor.config.settings import Settings, read_settings

HERE = Path(__file__).parent / "everything_wrong"
ENVIRONMENT = {
    "BROKEN_FEED": "hunter2 is no address",
    "MONITOR_SMTP__PORT": "smtp",
    "MONITOR_POLL__CONCURENCY": "5",
    "MONITOR_RETENTION__RAW": "14 days",
}


def test_everything_wrong_is_named_at_once_with_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(HERE)
    settings, problems = read_settings(Path("config"), ENVIRONMENT)
    config = load_config(Path("config"), Settings(), ENVIRONMENT, strict=True, rule_ids=["karabakh-use-of-force"])
    text = "".join(f"{problem}\n" for problem in (*problems, *config.problems))
    assert settings is None
    assert text == (HERE / "expected.txt").read_text()


def test_no_secret_gets_into_a_message() -> None:
    assert "hunter2" not in (HERE / "expected.txt").read_text()
