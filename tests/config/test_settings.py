"""Settings: three layers, every problem at once with its place, no secret shown."""

import re
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from monitor.config.settings import Settings, SmtpSettings, load_settings, read_settings
from monitor.errors import ConfigError
from monitor.route.buckets import DEFAULT_RATES, rate_of
from tests.config.values import write_config


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def load(yaml: str = "", **environment: str) -> Settings:
    return load_settings(write_config(Path("config"), {"monitor.yaml": yaml}), environment)


def problems(yaml: str = "", **environment: str) -> list[str]:
    _, found = read_settings(write_config(Path("config"), {"monitor.yaml": yaml}), environment)
    return [str(problem) for problem in found]


def test_without_any_file_there_are_the_defaults() -> None:
    assert load_settings(Path("no-such-directory"), {}) == Settings()
    assert Settings().sender == "Media Monitor <monitor@localhost>"


def test_the_process_environment_is_never_read_behind_our_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MONITOR_TIMEZONE", "Asia/Tokyo")
    assert Settings().timezone == ZoneInfo("UTC")
    assert load().timezone == ZoneInfo("UTC")


def test_the_file_gives_every_setting() -> None:
    settings = load("""version: 1
database: postgresql+psycopg://monitor:hunter2@db.example.org/monitor
languages: [en, hy]
timezone: Asia/Yerevan
sender: desk@example.org
smtp: {host: mail.example.org, port: 587, tls: starttls, username: me, password: hunter2}
allow_private: [10.1.0.0/16, "::1"]
poll: {concurrency: 8, minimum: 1m}
""")
    assert settings.languages == ("en", "hy")
    assert settings.timezone == ZoneInfo("Asia/Yerevan")
    assert settings.smtp == SmtpSettings(
        host="mail.example.org", port=587, tls="starttls", username="me", password="hunter2"
    )
    assert settings.allow_private == (ip_network("10.1.0.0/16"), ip_network("::1/128"))
    assert (settings.poll.concurrency, settings.poll.minimum) == (8, timedelta(minutes=1))
    assert "hunter2" not in f"{settings!r} {settings}"


def test_the_environment_wins_over_dotenv_and_that_over_the_file() -> None:
    Path(".env").write_text("MONITOR_SMTP__HOST=dotenv\nMONITOR_SMTP__PORT=2\nMONITOR_SENDER=a@dotenv.example\n")
    settings = load(
        "smtp: {host: file, port: 3, tls: starttls}\ntimezone: Asia/Tokyo\n",
        MONITOR_SMTP__HOST="environment",
        MONITOR_SENDER="",
    )
    smtp = settings.smtp
    assert (smtp.host, smtp.port, smtp.tls) == ("environment", 2, "starttls")
    assert (settings.sender, settings.timezone.key) == ("a@dotenv.example", "Asia/Tokyo")


@pytest.mark.parametrize(
    "value", ["127.0.0.1/32,10.0.0.0/8", '["127.0.0.1/32", "10.0.0.0/8"]', "127.0.0.1, 10.0.0.0/8"]
)
def test_a_list_in_a_variable_is_json_or_words_with_commas(value: str) -> None:
    expected = (ip_network("127.0.0.1/32"), ip_network("10.0.0.0/8"))
    assert load(MONITOR_ALLOW_PRIVATE=value).allow_private == expected


def test_a_group_in_a_variable_is_json() -> None:
    assert load(MONITOR_SMTP='{"port": 2525}', monitor_smtp__host="lower").smtp == SmtpSettings(host="lower", port=2525)


def test_a_problem_is_shown_where_the_value_stands() -> None:
    Path(".env").write_text("\n# mail\nMONITOR_SMTP__PORT=none\n")
    found = problems("smtp:\n  port: 25\n  tls: ssl\n", MONITOR_POLL__MINIMUM="soon")
    assert found == [
        '.env:3:1: MONITOR_SMTP__PORT: found "none", expected a whole number',
        'config/monitor.yaml:3:8: smtp.tls: found "ssl", expected one of "none", "starttls", "implicit"',
        'environment variable MONITOR_POLL__MINIMUM: found "soon", expected a duration such as "15m", "2h" or "1d"',
    ]


_SHARED = "database: postgresql+psycopg://db/x\npublic_url: https://monitor.example.org\n"


def test_a_database_of_several_hosts_without_a_key_for_their_links_is_a_warning() -> None:
    (warning,) = problems(_SHARED)
    assert warning.startswith(
        'config/monitor.yaml:1:11: warning: database: hosts that share this database need "secret'
    )
    assert problems(_SHARED + f"secret_key: {'k' * 32}\n") == []
    assert problems(_SHARED.splitlines()[0]) == [], "without an address there are no links"
    assert problems(_SHARED.splitlines()[1]) == []


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("https://monitor.example.org", "https://monitor.example.org"),
        ("https://monitor.example.org/", "https://monitor.example.org"),
        ("http://10.1.2.3:8600/news/alerts//", None),
        ("http://[::1]:8600/news/", "http://[::1]:8600/news"),
        ("monitor.example.org", None),
        ("ftp://monitor.example.org", None),
        ("https://monitor.example.org/?page=1", None),
        ("https://monitor.example.org/#top", None),
        ("https://me:hunter2@monitor.example.org", None),
    ],
)
def test_a_public_address_is_one_that_links_can_be_made_of(written: str, read: str | None) -> None:
    settings, found = read_settings(write_config(Path("config"), {"monitor.yaml": f"public_url: '{written}'\n"}), {})
    assert (settings.public_url if settings else None) == read
    assert (read is None) == bool(found)


def test_a_login_that_would_go_unencrypted_to_another_host_is_warned_of() -> None:
    login = "username: me, password: env:P"
    (problem,) = problems(f"smtp: {{host: mail.example.org, {login}}}\n", P="hunter2-hunter2")
    assert problem.startswith("config/monitor.yaml:1:")
    assert 'warning: smtp: the password goes to "mail.example.org" unencrypted' in problem
    assert "hunter2" not in problem
    assert problems(f"smtp: {{host: mail.example.org, tls: starttls, {login}}}\n", P="hunter2-hunter2") == []
    assert problems(f"smtp: {{host: localhost, {login}}}\n", P="hunter2-hunter2") == []
    assert problems("smtp: {host: mail.example.org}\n") == []


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "[::1]", "localhost"])
def test_what_only_this_machine_reaches_needs_no_password(host: str) -> None:
    assert load(MONITOR_WEB__HOST=host, MONITOR_WEB__PORT="0").web.host == host.strip("[]")


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.1.2.3", "monitor.example.org"])
def test_what_others_reach_needs_a_password(host: str) -> None:
    (problem,) = problems(f'web: {{host: "{host}"}}\n')
    assert 'expected a "password" too' in problem
    assert load(f'web: {{host: "{host}", password: env:P}}\n', P="hunter2-hunter2").web.password == "hunter2-hunter2"


@pytest.mark.parametrize(
    ("yaml", "message"),
    [
        ("web: {host: 'example.org:80'}", 'found "example.org:80", expected an address such as "127.0.0.1"'),
        ("web: {port: 65536}", "web.port: found 65536, expected at most 65535"),
        ("web: {password: short}", "web.password: expected at least 8 characters"),
        ("secret_key: short", "expected a key of at least 32 printable characters"),
        (f"secret_key: ['{'k' * 32}', short]", "expected a key of at least 32 printable characters"),
        ("web: {passwort: x}", 'unknown key "passwort" (did you mean "password"?)'),
    ],
)
def test_what_cannot_be_used_for_the_pages_is_told(yaml: str, message: str) -> None:
    (problem,) = problems(yaml)
    assert message in problem


def test_of_several_keys_each_may_stand_elsewhere() -> None:
    new, old = "n" * 32, "o" * 40
    Path("old").write_text(f"{old}\n")
    assert load("secret_key: [env:NEW, 'file:old']\n", NEW=new).secret_key == (new, old)
    assert load(MONITOR_SECRET_KEY=new).secret_key == (new,)
    assert load(MONITOR_SECRET_KEY=f'["{new}", "{old}"]').secret_key == (new, old)
    assert load("secret_key: env:NEW\n", NEW=new).secret_key == (new,)
    settings = load(f"secret_key: {new}\nweb: {{password: hunter2-hunter2}}\n")
    assert new not in repr(settings)
    assert "hunter2" not in repr(settings)
    (problem,) = problems("secret_key: [env:NEW, env:NOPE]\n", NEW=new)
    assert problem.endswith('environment variable "NOPE" is not set')


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("MONITOR_SMTP__PROT", 'unknown key "prot" (did you mean "port"?)'),
        ("MONITOR_SMPT__PORT", 'unknown setting "smpt" (did you mean "smtp"?)'),
        ("MONITOR_SENDER__NAME", 'unknown setting (there is nothing inside "sender")'),
        ("MONITOR_TIMEZON", 'warning: unknown setting "timezon" (did you mean "timezone"?)'),
        ("MONITOR_POLL__MAXIMUM", '"maximum" is not available yet in this version'),
    ],
)
def test_a_variable_that_is_nearly_a_setting_is_told(name: str, message: str) -> None:
    assert problems("", **{name: "1"}) == [f"environment variable {name}: {message}"]


@pytest.mark.parametrize("name", ["MONITOR_SERVICE_HOST", "MONITOR_PORT", "MONITOR_PORT_80_TCP_ADDR", "MONITORING"])
def test_variables_that_others_set_are_left_alone(name: str) -> None:
    assert problems("", **{name: "tcp://10.0.0.1:80"}) == []


def test_secrets_stand_elsewhere() -> None:
    Path("password").write_text("hunter2\n")
    Path(".env").write_text("DATABASE_URL=postgresql+psycopg://db/x$${y}\n")
    settings = load("database: env:DATABASE_URL\nsmtp: {username: env:NAME, password: 'file:password'}\n", NAME="me")
    assert settings.database == "postgresql+psycopg://db/x$${y}"
    assert (settings.smtp.username, settings.smtp.password) == ("me", "hunter2")


def test_a_secret_that_is_not_set_stops_the_service_and_not_a_check() -> None:
    yaml = "smtp: {username: me, password: env:NOPE}\n"
    message = 'config/monitor.yaml:1:32: {}smtp.password: environment variable "NOPE" is not set'
    assert problems(yaml) == [message.format("")]
    settings, found = read_settings(Path("config"), {}, strict=False)
    assert settings is not None
    assert [str(problem) for problem in found] == [message.format("warning: ")]


def test_no_value_that_may_be_secret_is_repeated() -> None:
    found = problems(
        "database: mysql://u:hunter2@h/d\nsmtp: {username: x, password: 12345}\n",
        MONITOR_SMTP='{"password": "hunter2",}',
    )
    found += problems("database: env:DB\nsmtp: {password: 12345}\n", DB="hunter2")
    assert found
    assert not re.search("hunter2|12345", str(found))


def test_everything_wrong_is_raised_together() -> None:
    with pytest.raises(ConfigError) as caught:
        load("timezone: Mars\nlanguages: [xx]\n", MONITOR_SMTP__PORT="0")
    assert len(caught.value.problems) == 3


@pytest.mark.parametrize(
    "yaml", ["[1]", "text", "a: [", "smtp: [1]", "smtp: 5", "languages: {en: 1}", "poll: {minimum: 5}"]
)
def test_a_file_of_another_shape_is_a_problem(yaml: str) -> None:
    assert problems(yaml)


def test_an_empty_file_and_empty_keys_are_the_defaults() -> None:
    assert load("# nothing\n") == load("smtp:\npoll: {minimum: }\nlanguages:\n") == Settings()


def test_a_login_needs_both_its_parts() -> None:
    assert problems("smtp: {username: me}\n") == [
        'config/monitor.yaml:1:7: smtp: expected "username" and "password" together, or neither'
    ]


def test_settings_under_the_other_ending_are_refused_with_the_remedy() -> None:
    write_config(Path("other"), {"monitor.yml": "timezone: Asia/Tokyo\n"})
    _, found = read_settings(Path("other"), {})
    assert [str(problem) for problem in found] == [
        'other/monitor.yml: settings are read from "monitor.yaml" only: rename the file'
    ]


def test_a_dotenv_that_cannot_be_read_is_a_problem() -> None:
    Path(".env").write_bytes(b"A=caf\xe9\n")
    assert problems() == [".env:1:6: not UTF-8 (found the byte 0xe9); save the file as UTF-8"]


def test_a_rate_is_so_many_a_second_minute_or_hour_or_unlimited() -> None:
    slow = load('rates: {email: "14/s", webhook: 100/m, slack: unlimited}', MONITOR_RATES__APPRISE="500/h").rates
    assert slow.by_channel() == {
        "email": rate_of(14, timedelta(seconds=1)),
        "webhook": rate_of(100, timedelta(minutes=1)),
        "apprise": rate_of(500, timedelta(hours=1)),
    }
    assert load().rates.by_channel() == DEFAULT_RATES


@pytest.mark.parametrize("rate", ["0/s", "14", "-1/s", "1/d", "fast", "1.5/s"])
def test_what_is_no_rate_is_named_with_its_place(rate: str) -> None:
    (problem,) = problems(f'rates: {{email: "{rate}"}}')
    assert problem.startswith("config/monitor.yaml:1:16: rates.email: ")
    assert 'expected a rate such as "14/s", "100/m" or "500/h", or "unlimited"' in problem
