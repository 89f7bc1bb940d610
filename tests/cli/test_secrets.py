"""No secret gets out: a whole run against peers that repeat what they were told, and every place that people read."""

import asyncio
import json
import sqlite3
from base64 import b64encode
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

import pytest

from monitor.demo.servers import Answer, LoopbackServer, Received
from tests.cli.conftest import Command
from tests.deliver.peers import SmtpPeer, listen
from tests.flow.newsroom import PATIENCE, Newsroom, open_newsroom

_BODY = "Heavy rain made the Orsa rise by two metres, and the river flooded the mill quarter by morning, they said."
_KEY = b"A-WEBHOOK-KEY-of-thirty-two-byte"
# Each as a person would search for it in a log that leaked.
_SECRETS = {
    "FEED_USER": "feedUSERxyz",
    "FEED_PASSWORD": "feedPASSWORDxyz",
    "FEED_TOKEN": "feedTOKEN12345xyz",
    "HEADER_TOKEN": "headerTOKEN67890xyz",
    "SMTP_USER": "smtpUSERxyz",
    "SMTP_PASSWORD": "smtpPASSWORDxyz",
    "SLACK_PATH": "T0SLACK111/B0SLACK222/slackSECRET333xyz",
    "HOOK_TOKEN": "hookTOKEN555xyzxyz",
    "HOOK_SECRET": "whsec_" + b64encode(_KEY).decode(),
    "APPRISE_PASSWORD": "apprisePASSWORD666xyz",
    "WEB_PASSWORD": "webPASSWORD777xyz",
    "LINK_KEY": "linkKEY888xyz-and-long-enough-to-sign",
}
_LOGIN_REFUSED = "I do not know"
_CONFIG = """version: 1
sources:
  gazette: {feed: "env:GAZETTE_URL", alert_backlog: true, language: en, full_text: never,
            headers: {X-Token: "env:HEADER_TOKEN"}}
  broken: {feed: "env:BROKEN_URL", headers: {X-Token: "env:HEADER_TOKEN"}}
  nowhere: {feed: "env:NOWHERE_URL"}
subscribers:
  ana: {email: ana@example.org}
  desk: {slack: {webhook: "env:SLACK_URL"}}
  system: {webhook: {url: "env:HOOK_URL", secret: "env:HOOK_SECRET"}}
  phone: {apprise: "env:APPRISE_URL"}
operators: [ana, system]
routes:
  - to: [ana, desk, system, phone]
    send: {now: true}
"""
_SETTINGS = """poll: {minimum: 1s, gap: 0s}
secret_key: "env:LINK_KEY"
public_url: https://alerts.example.org
web: {host: 0.0.0.0, port: 0, password: "env:WEB_PASSWORD"}
"""
_LOOKS = (
    ("check",),
    ("sources", "list"),
    ("sources", "health", "--json"),
    ("sources", "export-opml"),
    ("subscribers", "list", "--json"),
    ("deliveries", "list"),
    ("route", "river-floods", "--json"),
    ("export", "alerts"),
)


def test_no_log_no_command_no_message_and_no_row_shows_a_secret(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment, logs = asyncio.run(_run_twice(tmp_path))
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    database = _dump(tmp_path / "data" / "monitor.sqlite3")
    places = {"log": logs, "database": database}
    looks = [*_LOOKS, *(("deliveries", "show", delivery) for delivery in _deliveries(command))]
    for arguments in looks:
        outcome = command(*arguments)
        assert outcome.code == 0, (arguments, outcome.err)
        places[" ".join(arguments)] = outcome.out + outcome.err
    assert _LOGIN_REFUSED in database, "what peers repeat was kept, and so was looked through"
    assert "404 Not Found" in database
    assert "500 Internal Server Error" in logs
    leaks = [(name, place) for place, text in places.items() for name, secret in _told().items() if secret in text]
    assert leaks == []


def _repeat(request: Received) -> Answer:
    """A server that answers with all that it was told, as some do to be helpful."""
    told = json.dumps({"path": request.path, **request.headers})
    return Answer(404 if "services" in request.path else 500, told.encode())


async def _run_twice(directory: Path) -> tuple[dict[str, str], str]:
    """The environment, and what two passes of the service logged; in the second, operators are told of the first."""
    words = f"535 5.7.8 {_LOGIN_REFUSED} {' '.join(_logins())}"
    async with (
        open_newsroom(directory) as newsroom,
        LoopbackServer(_repeat) as echo,
        listen(SmtpPeer({"AUTH": words})) as smtp,
    ):
        environment = _environment(newsroom, echo, smtp)
        newsroom.publish("1", "Orsa floods the mill quarter", _BODY)
        (directory / "config" / "newsroom.yaml").write_text(_CONFIG, encoding="utf-8")
        (directory / "config" / "monitor.yaml").write_text(_SETTINGS, encoding="utf-8")
        logs = [await _log_of_a_pass(newsroom, environment) for _ in range(2)]
        return environment, "".join(logs)


async def _log_of_a_pass(newsroom: Newsroom, environment: Mapping[str, str]) -> str:
    service = await newsroom.start("-m", "monitor", "run", "--once", environment=environment)
    out, log = await asyncio.wait_for(service.communicate(), PATIENCE)
    assert service.returncode == 0, log.decode()
    return (out + log).decode()


def _environment(newsroom: Newsroom, echo: LoopbackServer, smtp: int) -> dict[str, str]:
    key, login = _SECRETS["FEED_TOKEN"], f"//{_SECRETS['FEED_USER']}:{_SECRETS['FEED_PASSWORD']}@"
    return {
        **_SECRETS,
        "GAZETTE_URL": f"{newsroom.site.url.replace('//', login)}/feed.xml?key={key}",
        "BROKEN_URL": f"{echo.url.replace('//', login)}/{key}/feed.xml?key={key}",
        "NOWHERE_URL": f"http:{login}127.0.0.1:1/feeds/{key}",
        "SLACK_URL": f"{echo.url}/services/{_SECRETS['SLACK_PATH']}",
        "HOOK_URL": f"{echo.url}/in/{_SECRETS['HOOK_TOKEN']}?key={_SECRETS['HOOK_TOKEN']}",
        "APPRISE_URL": f"json://user:{_SECRETS['APPRISE_PASSWORD']}@127.0.0.1:{echo.port}/",
        "MONITOR_ALLOW_PRIVATE": "127.0.0.1/32",
        "MONITOR_SMTP__HOST": "127.0.0.1",
        "MONITOR_SMTP__PORT": str(smtp),
        "MONITOR_SMTP__USERNAME": _SECRETS["SMTP_USER"],
        "MONITOR_SMTP__PASSWORD": _SECRETS["SMTP_PASSWORD"],
    }


def _logins() -> list[str]:
    """The name and the password as they are, and as AUTH PLAIN and AUTH LOGIN send them."""
    user, password = _SECRETS["SMTP_USER"], _SECRETS["SMTP_PASSWORD"]
    encoded = [b64encode(text.encode()).decode() for text in (f"\0{user}\0{password}", user, password)]
    return [user, password, *encoded]


def _told() -> dict[str, str]:
    return {**_SECRETS, **{f"login {number}": text for number, text in enumerate(_logins())}}


def _deliveries(command: Command) -> list[str]:
    listed = json.loads(command("deliveries", "list", "--json").out)
    assert {each["channel"] for each in listed} == {"email", "slack", "webhook", "apprise"}
    assert len({each["digest"] for each in listed if each["subscriber"] == "ana"}) == 2, "a story, and a notice"
    return [each["id"] for each in listed]


def _dump(path: Path) -> str:
    with closing(sqlite3.connect(path)) as database:
        return "\n".join(database.iterdump())
