"""docs/configuration.md is executed: its samples load together, its tables name what the code knows."""

import re
from pathlib import Path

import pytest
from pydantic import BaseModel

from monitor.config.load import load_config
from monitor.config.models import PACES, SendShape, SourceShape, SubscriberShape, WhenShape
from monitor.config.settings import Settings, load_settings

DOCUMENT = Path(__file__).parents[2] / "docs" / "configuration.md"
SECRET = "whsec_" + "A" * 32
ENVIRONMENT = {
    "WIRE_FEED_URL": "https://wire.example.org/feed",
    "WIRE_TOKEN": "token",
    "DESK_SLACK_URL": "https://hooks.example.org/desk",
    "NEWSROOM_SLACK_URL": "https://hooks.example.org/newsroom",
    "ARCHIVE_WEBHOOK_SECRET": SECRET,
    "SMTP_PASSWORD": "password",
}


def test_every_yaml_sample_loads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    samples = re.findall(r"```yaml\n# (\S+)\n(.*?)```", DOCUMENT.read_text(), re.DOTALL)
    assert DOCUMENT.read_text().count("```yaml") == len(samples) == 4
    for name, text in samples:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    (tmp_path / "archive/clippings").mkdir(parents=True)

    settings = load_settings(Path("config"), ENVIRONMENT)
    config = load_config(Path("config"), settings, ENVIRONMENT, strict=True, rule_ids=["karabakh-use-of-force"])

    assert config.problems == ()
    assert (len(config.sources), len(config.subscribers), len(config.routes)) == (3, 5, 6)


def test_the_table_of_settings_names_each_with_its_variable() -> None:
    rows = re.findall(r"^\| `(\S+)` \| `(MONITOR_\S+)` \|", DOCUMENT.read_text(), re.MULTILINE)
    names = list(_leaves(Settings))
    assert rows == [(name, "MONITOR_" + name.upper().replace(".", "__")) for name in names]


@pytest.mark.parametrize(
    ("heading", "keys"),
    [
        ("## Sources", set(SourceShape.model_fields)),
        ("## Subscribers", set(SubscriberShape.model_fields)),
        ("## Routes", set(WhenShape.model_fields) | set(PACES)),
    ],
)
def test_the_tables_name_every_key(heading: str, keys: set[str]) -> None:
    section = DOCUMENT.read_text().split(heading + "\n")[1].split("\n## ")[0]
    assert set(re.findall(r"^\| `(\w+)[:` ]", section, re.MULTILINE)) == keys


def test_the_keys_that_go_with_a_pace_are_told() -> None:
    text = DOCUMENT.read_text()
    assert all(f"`{key}: " in text for key in set(SendShape.model_fields) - set(PACES))


def _leaves(model: type[BaseModel], prefix: str = "") -> list[str]:
    names: list[str] = []
    for name, field in model.model_fields.items():
        inner = field.annotation
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            names += _leaves(inner, f"{prefix}{name}.")
        else:
            names.append(prefix + name)
    return names
