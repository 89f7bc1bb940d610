"""What `monitor init` writes, and the example configuration that ships."""

import re
from pathlib import Path

import pytest

from monitor.config.load import load_config
from monitor.config.settings import load_settings
from monitor.config.starter import write_starter
from monitor.errors import InputError
from monitor.model import Now, SubscriberId
from monitor.samples import samples_directory
from tests.config.values import SECRET


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_the_starter_is_ready_to_run_without_any_secret() -> None:
    write_starter(Path("new/project"))
    directory = Path("new/project/config")
    config = load_config(directory, load_settings(directory, {}), {}, strict=True)
    assert config.problems == ()
    assert len(config.sources) >= 5
    assert all(source.address.startswith("https://") for source in config.sources)


def test_the_starter_holds_the_rules_and_the_files_around() -> None:
    written = write_starter(Path("project"))
    assert sorted(written) == list(written) == sorted(path for path in Path("project").rglob("*") if path.is_file())
    names = {path.relative_to("project").as_posix() for path in written}
    assert {".env.example", ".gitignore", "config/monitor.yaml", "config/sources.yaml"} < names
    rules = samples_directory("rules")
    shipped = {f"rules/{path.relative_to(rules).as_posix()}" for path in rules.rglob("*.yaml")}
    assert shipped
    assert shipped <= names


def test_what_is_commented_out_in_the_starter_is_sound_too() -> None:
    write_starter(Path("project"))
    directory = Path("project/config")
    for file in directory.glob("*.yaml"):
        file.write_text(re.sub(r"^( *)# ( *(?:- )?[a-z_-]+:.*)$", r"\1\2", file.read_text(), flags=re.MULTILINE))
    environment = {
        "SMTP_PASSWORD": "x",
        "WIRE_FEED_URL": "https://wire.example.org/",
        "WIRE_TOKEN": "x",
        "DESK_SLACK_URL": "https://hooks.example.org/x",
        "ARCHIVE_WEBHOOK_SECRET": SECRET,
    }
    config = load_config(directory, load_settings(directory, environment), environment, strict=True)
    assert [problem for problem in config.problems if problem.level == "error"] == []
    assert {"desk", "archive"} <= set(config.subscribers)
    assert len(config.routes) == 4


def test_the_starter_touches_nothing_that_exists() -> None:
    (Path("project/config")).mkdir(parents=True)
    Path("project/config/routes.yaml").write_text("mine")
    Path("project/.gitignore").symlink_to("nowhere")
    with pytest.raises(InputError, match=r"project/\.gitignore, project/config/routes\.yaml$"):
        write_starter(Path("project"))
    assert sorted(path.name for path in Path("project").rglob("*")) == [".gitignore", "config", "routes.yaml"]


def test_the_starter_leaves_nothing_half_done() -> None:
    Path("project").mkdir()
    Path("project/rules").write_text("a file where a folder is needed")
    with pytest.raises(InputError, match="nothing was written"):
        write_starter(Path("project"))
    assert [path.name for path in Path("project").rglob("*")] == ["rules"]


def test_the_shipped_example_checks_with_warnings_only() -> None:
    directory = samples_directory("config")
    config = load_config(directory, load_settings(directory, {}, strict=False), {}, strict=False)
    assert {problem.level for problem in config.problems} == {"warning"}
    assert all("is not set" in problem.message for problem in config.problems)


def test_the_shipped_example_runs_with_the_variables_of_the_demo() -> None:
    environment = {
        "SAMPLE_FEED_URL": "http://127.0.0.1:8000/feed.xml",
        "DESK_SLACK_URL": "http://127.0.0.1:8001/services/x",
        "ARCHIVE_WEBHOOK_URL": "http://127.0.0.1:8002/alerts",
        "ARCHIVE_WEBHOOK_SECRET": SECRET,
        "MONITOR_SMTP__HOST": "127.0.0.1",
        "MONITOR_SMTP__PORT": "2525",
        "MONITOR_ALLOW_PRIVATE": '["127.0.0.1/32"]',
    }
    directory = samples_directory("config")
    config = load_config(directory, load_settings(directory, environment), environment, strict=True)
    assert config.problems == ()
    assert config.sources[0].alert_backlog
    at_once = [route for route in config.routes if route.send == Now()]
    assert {who for route in at_once for who in route.to} == {SubscriberId(who) for who in ("ana", "desk", "archive")}
