"""Sound files become sources, subscribers and routes; unsound ones become located problems."""

from datetime import time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from monitor.config.load import load_config, raise_errors
from monitor.config.settings import PollSettings, Settings
from monitor.errors import ConfigError, Problem
from monitor.model import (
    Condition,
    Daily,
    EmailAddress,
    Every,
    Now,
    Pace,
    Route,
    Severity,
    SignedWebhook,
    SlackWebhook,
    Source,
    SourceId,
    Subscriber,
    SubscriberId,
)
from tests.config.values import SECRET, load, messages, write_config

ANA = "subscribers: {ana: {email: ana@example.org}}\n"


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_a_source_carries_everything_that_is_said_of_it(tmp_path: Path) -> None:
    text = """sources:
  wire:
    feed: "env:FEED"
    tags: [wire, world]
    tier: 2
    language: "no"
    country: "NO"
    every: 2h
    alert_backlog: true
    headers: {Authorization: "env:TOKEN", X-Client: monitor}
"""
    config = load(tmp_path, text, {"FEED": "http://127.0.0.1:8000/feed.xml", "TOKEN": "Bearer x"})
    assert config.sources == (
        Source(
            id=SourceId("wire"),
            kind="feed",
            address="http://127.0.0.1:8000/feed.xml",
            tags=("wire", "world"),
            tier=2,
            language="no",
            country="NO",
            every=timedelta(hours=2),
            alert_backlog=True,
            headers={"Authorization": "Bearer x", "X-Client": "monitor"},
        ),
    )


def test_what_a_source_does_not_say_has_a_default(tmp_path: Path) -> None:
    (tmp_path / "articles").mkdir()
    config = load(tmp_path, "sources: {old: {archive: articles}}\n")
    assert config.sources == (Source(id=SourceId("old"), kind="archive", address="articles"),)
    assert config.sources[0].every == timedelta(minutes=15)


def test_a_subscriber_has_each_channel_that_is_named(tmp_path: Path) -> None:
    text = """subscribers:
  ana:
    email: ana@example.org
    slack: {webhook: "env:SLACK"}
    webhook: {url: "https://hooks.example.org/in", secret: "file:secret"}
    timezone: Asia/Yerevan
"""
    (tmp_path / "secret").write_text(SECRET + "\n")
    config = load(tmp_path, text, {"SLACK": "https://hooks.example.org/x"})
    assert config.subscribers == {
        SubscriberId("ana"): Subscriber(
            id=SubscriberId("ana"),
            addresses=(
                EmailAddress(address="ana@example.org"),
                SlackWebhook(url="https://hooks.example.org/x"),
                SignedWebhook(url="https://hooks.example.org/in", secret=SECRET),
            ),
            timezone=ZoneInfo("Asia/Yerevan"),
        )
    }


def test_one_channel_of_any_kind_is_enough(tmp_path: Path) -> None:
    text = """subscribers:
  ana: {email: ana@example.org}
  desk: {slack: {webhook: "env:URL"}}
  app: {slack: {channel: C0123456789, token: "env:TOKEN"}}
  system: {webhook: {url: "env:URL", secret: "env:SECRET"}}
  phone: {apprise: "env:APPRISE"}
"""
    given = {
        "URL": "https://hooks.example.org/x",
        "TOKEN": "xoxb-1-2-abc",
        "SECRET": SECRET,
        "APPRISE": "ntfy://ntfy.example.org/t",
    }
    config = load(tmp_path, text, given)
    kinds = [address.kind for subscriber in config.subscribers.values() for address in subscriber.addresses]
    assert kinds == ["email", "slack", "slack", "webhook", "apprise"]


def test_a_subscriber_without_a_time_zone_has_the_one_of_the_settings(tmp_path: Path) -> None:
    directory = write_config(tmp_path, {"who.yaml": "version: 1\n" + ANA})
    config = load_config(directory, Settings(timezone=ZoneInfo("Asia/Tehran")), {}, strict=True)
    assert config.subscribers[SubscriberId("ana")].timezone == ZoneInfo("Asia/Tehran")


@pytest.mark.parametrize(
    ("send", "pace"),
    [
        ("{now: true}", Now()),
        ("{now: true, hold: 2m}", Now(timedelta(minutes=2))),
        ("{hourly: true}", Every(1)),
        ("{every: 6h}", Every(6)),
        ("{every: 1d}", Every(24)),
        ("{daily: 07:30}", Daily(time(7, 30))),
        ('{daily: "7:30", days: [mon, sun]}', Daily(time(7, 30), frozenset({0, 6}))),
        ("{daily: 00:00, days: fri}", Daily(time(0, 0), frozenset({4}))),
        ("{weekly: tue 23:59}", Daily(time(23, 59), frozenset({1}))),
    ],
)
def test_each_way_to_send_is_a_pace(tmp_path: Path, send: str, pace: Pace) -> None:
    config = load(tmp_path, f"{ANA}routes:\n  - {{to: ana, send: {send}}}\n")
    assert [route.send for route in config.routes] == [pace]
    assert not [problem for problem in config.problems if problem.level == "error"]


def test_a_route_carries_its_conditions(tmp_path: Path) -> None:
    text = """sources: {wire: {feed: "https://feeds.example.org/x", tags: [agency]}}
subscribers: {ana: {email: ana@example.org}, bob: {email: bob@example.org}}
routes:
  - when:
      rules: ["karabakh-*"]
      severity: [high, critical]
      tags: security
      source: "w*"
      source_tags: [agency]
      language: [en, ru]
      tier: 1
      actor: [azerbaijan]
    to: [ana, bob]
    send: {hourly: true, max_stories: 5}
    continue: true
    when_empty: skip
  - {when: {}, to: bob, send: {now: true}}
"""
    config = load(tmp_path, text)
    assert config.problems == ()
    assert config.routes == (
        Route(
            when=Condition(
                rules=("karabakh-*",),
                severity=(Severity.HIGH, Severity.CRITICAL),
                tags=("security",),
                source=("w*",),
                source_tags=("agency",),
                language=("en", "ru"),
                tier=(1,),
                actor=("azerbaijan",),
            ),
            to=(SubscriberId("ana"), SubscriberId("bob")),
            send=Every(1),
            max_stories=5,
            go_on=True,
        ),
        Route(when=Condition(), to=(SubscriberId("bob"),), send=Now()),
    )


def test_files_below_the_directory_are_joined_in_the_order_of_their_names(tmp_path: Path) -> None:
    route = "version: 1\nroutes: [{{to: ana, send: {{now: true}}, when: {{tags: {tag}}}}}]\n"
    files = {
        "config/b.yaml": route.format(tag="second"),
        "config/a/x.yml": route.format(tag="first"),
        "config/who.yaml": f"version: 1\n{ANA}",
        "config/.hidden/z.yaml": "nonsense: [",
        "config/.old.yaml": "nonsense: [",
        "config/readme.txt": "nonsense: [",
        "config/empty.yaml": "# nothing yet\n",
        "config/monitor.yaml": "timezone: UTC\n",
    }
    config = load_config(write_config(tmp_path, files) / "config", Settings(), {}, strict=True)
    assert [route.when.tags for route in config.routes] == [("first",), ("second",)]
    assert [problem.message for problem in config.problems] == ["no source is defined (read 4 files)"]


def test_a_key_without_a_value_counts_as_left_out(tmp_path: Path) -> None:
    config = load(tmp_path, f"sources:\nroutes:\n  - {{to: ana, when: , send: {{now: true, hourly: }}}}\n{ANA}")
    assert not [problem for problem in config.problems if problem.level == "error"]


def test_the_shortest_interval_of_the_settings_holds_for_every_source(tmp_path: Path) -> None:
    text = "version: 1\nsources: {a: {feed: 'https://a.example/', every: 5m}, b: {feed: 'https://b.example/'}}\n"
    settings = Settings(poll=PollSettings(minimum=timedelta(minutes=20)))
    config = load_config(write_config(tmp_path, {"a.yaml": text}), settings, {}, strict=True)
    assert [source.every for source in config.sources] == [timedelta(minutes=20)] * 2
    assert any("poll.minimum is 20m" in problem.message for problem in config.problems)


@pytest.mark.parametrize("value", [{}, {"FEED": ""}])
def test_a_variable_that_is_not_set_is_an_error_for_the_service_and_a_warning_for_a_check(
    tmp_path: Path, value: dict[str, str]
) -> None:
    text = 'sources: {wire: {feed: "env:FEED"}}\n'
    strict, check = load(tmp_path, text, value), load(tmp_path, text, value, strict=False)
    message = 'source "wire": feed: environment variable "FEED" is not set'
    assert (message, "error") in [(each.message, each.level) for each in strict.problems]
    assert (message, "warning") in [(each.message, each.level) for each in check.problems]
    assert strict.sources == ()
    assert check.sources[0].address == "https://placeholder.invalid/"


def test_every_kind_of_reference_has_a_placeholder_that_passes_its_own_check(tmp_path: Path) -> None:
    text = """sources: {a: {feed: "env:A", headers: {Cookie: "file:B"}}}
subscribers: {x: {email: "env:C", slack: {webhook: "env:D"}, webhook: {url: "file:E", secret: "env:F"}}}
"""
    values = {
        "A": "https://placeholder.invalid/",
        "C": "placeholder@placeholder.invalid",
        "D": "https://placeholder.invalid/",
        "F": SECRET,
    }
    first = load(tmp_path, text, strict=False)
    (tmp_path / "B").write_text("placeholder")
    (tmp_path / "E").write_text("https://placeholder.invalid/")
    second = load(tmp_path, text, values)
    assert (first.sources, first.subscribers) == (second.sources, second.subscribers)


def test_variables_may_stand_in_dotenv_and_the_environment_wins(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("FEED=https://dotenv.example/\nOTHER=https://other.example/\n")
    text = 'sources: {a: {feed: "env:FEED"}, b: {feed: "env:OTHER"}}\n'
    config = load(tmp_path, text, {"FEED": "https://environment.example/", "OTHER": ""})
    assert [source.address for source in config.sources] == ["https://environment.example/", "https://other.example/"]


def test_a_value_from_elsewhere_is_checked_and_never_repeated(tmp_path: Path) -> None:
    text = """sources: {a: {feed: "env:A", headers: {Authorization: "env:B"}}}
subscribers: {x: {email: "env:C", webhook: {url: "env:D", secret: "env:E"}}}
"""
    environment = {"A": "ftp://hunter2", "B": "hunter2\r\nX: y", "C": "hunter2", "D": "hunter2:", "E": "hunter2"}
    config = load(tmp_path, text, environment)
    assert len([problem for problem in config.problems if problem.level == "error"]) == 5
    assert "hunter2" not in str(messages(config))


def test_secrets_are_in_no_repr(tmp_path: Path) -> None:
    text = f'subscribers: {{x: {{slack: {{webhook: "env:A"}}, webhook: {{url: "env:A", secret: {SECRET}}}}}}}\n'
    config = load(tmp_path, text, {"A": "https://hooks.example.org/hunter2"})
    assert "hunter2" not in repr(config)
    assert SECRET not in repr(config)


def test_an_unknown_recipient_is_named_in_an_unsound_route_too(tmp_path: Path) -> None:
    config = load(tmp_path, f"{ANA}routes: [{{to: [anna], send: {{sometimes: true}}}}]\n")
    assert any('unknown subscriber "anna" (did you mean "ana"?)' in message for message in messages(config))


def test_a_subscriber_with_a_mistake_is_still_a_known_subscriber(tmp_path: Path) -> None:
    config = load(tmp_path, "subscribers: {ana: {email: ana}}\nroutes: [{to: ana, send: {now: true}}]\n")
    assert len(config.problems) == 1


def test_a_subscriber_whom_no_route_names_is_warned_of(tmp_path: Path) -> None:
    assert any("no route names it" in message for message in messages(load(tmp_path, ANA)))


@pytest.mark.parametrize(("pattern", "fits"), [("karabakh-*", True), ("kara", False), ("Karabakh-*", False)])
def test_a_pattern_that_no_rule_fits_is_warned_of(tmp_path: Path, pattern: str, fits: bool) -> None:
    text = f"version: 1\n{ANA}routes: [{{when: {{rules: '{pattern}'}}, to: ana, send: {{now: true}}}}]\n"
    directory = write_config(tmp_path, {"a.yaml": text})
    config = load_config(directory, Settings(), {}, strict=True, rule_ids=["karabakh-use-of-force"])
    assert any("fits no rule" in problem.message for problem in config.problems) is not fits


@pytest.mark.parametrize("make", ["nothing", "file", "empty", "settings only"])
def test_a_directory_with_no_configuration_points_to_init(tmp_path: Path, make: str) -> None:
    directory = tmp_path / "config"
    if make == "file":
        directory.write_text("version: 1\n")
    elif make != "nothing":
        directory.mkdir()
    if make == "settings only":
        (directory / "monitor.yaml").write_text("timezone: UTC\n")
    config = load_config(directory, Settings(), {}, strict=False)
    assert [problem.level for problem in config.problems][:1] == ["error"]
    assert 'run "monitor init DIR"' in config.problems[0].message


def test_only_errors_are_raised_and_all_of_them() -> None:
    warning = Problem("a.yaml", 1, 1, "odd", "warning")
    errors = (Problem("a.yaml", 2, 1, "wrong"), Problem("b.yaml", 1, 1, "wrong too"))
    raise_errors([warning])
    with pytest.raises(ConfigError) as caught:
        raise_errors([errors[0], warning, errors[1]])
    assert caught.value.problems == errors


def test_hostile_yaml_is_a_problem_and_never_a_crash(tmp_path: Path) -> None:
    texts = [
        "[" * 5000,
        "sources: {a: !!python/object/apply:os.system [true]}",
        "sources: {? [a] : b}",
        "sources: {a: {<<: {feed: x}}}",
        "\x00",
        'sources: {a: {feed: "https://a.example/\\u202e"}}',
        'sources: {a: {feed: "https://a.example/\\r\\nX: y"}}',
        'subscribers: {a: {email: "ana@example.org\\nBcc: eve@example.org"}}',
        "subscribers: {a: {email: ana@example.org, timezone: ../../../etc/passwd}}",
        "subscribers: {a: {email: ana@example.org, timezone: Europe}}",
        "sources: {a: {feed: 'https://[::1'}}",
        "sources: {a: {feed: 'https://a.example:port/'}}",
        "routes: {}",
        "routes: [null, [], 1, 2026-01-01]",
        "sources: 2026-01-01",
    ]
    for text in texts:
        config = load(tmp_path, text)
        assert any(problem.level == "error" for problem in config.problems), text
