"""docs/delivery.md is executed: settings and subscribers load, commands run, its tables are those of the code."""

import os
import re
import shlex
from pathlib import Path

from monitor.config.settings import load_settings
from monitor.route.retry import RETRY_DELAYS
from monitor.samples import samples_directory
from monitor.text.durations import format_duration
from tests.cli.conftest import Command
from tests.deliver.faulty import as_markdown, read_table

_FILE = Path(__file__).parents[2] / "docs" / "delivery.md"
_ENVIRONMENT = {
    "DESK_SLACK_URL": "https://hooks.slack.com/services/T0/B0/x",
    "SLACK_BOT_TOKEN": "xoxb-0",
    "ARCHIVE_WEBHOOK_SECRET": "whsec_" + "YQ" * 16,
    "SMTP_PASSWORD": "p",
}


def _document() -> str:
    return _FILE.read_text(encoding="utf-8")


def test_the_subscribers_of_the_page_load(command: Command, tmp_path: Path) -> None:
    ((name, text),) = re.findall(r"```yaml\n# (\S+)\n(.*?)```", _document(), re.DOTALL)
    (tmp_path / name).parent.mkdir()
    (tmp_path / name).write_text(text, encoding="utf-8")
    (tmp_path / ".env").write_text("".join(f"{key}={value}\n" for key, value in _ENVIRONMENT.items()), encoding="utf-8")
    outcome = command("check", "--rules", samples_directory("rules"))
    assert outcome.code == 0, outcome.err
    assert "4 subscribers, 1 route, 0 route tests, 0 errors" in outcome.out
    assert outcome.err == "config: warning: no source is defined (read 1 file)\n"


def test_the_settings_of_the_page_load(tmp_path: Path) -> None:
    samples = re.findall(r"```yaml\n([a-z].*?)```", _document(), re.DOTALL)
    key = tmp_path / "dkim.pem"
    key.write_text("-----BEGIN RSA PRIVATE KEY-----\n", encoding="utf-8")
    settings = [sample for sample in samples if not sample.startswith("version")]
    (tmp_path / "monitor.yaml").write_text("".join(settings).replace("/etc/monitor/dkim.pem", str(key)), "utf-8")
    loaded = load_settings(tmp_path, _ENVIRONMENT, dotenv_file=tmp_path / ".env", strict=False)
    assert (loaded.smtp.host, loaded.smtp.tls) == ("mail.example.org", "starttls")
    assert loaded.dkim is not None
    assert loaded.dkim.selector == "alerts"


def test_the_commands_of_the_page_run(command: Command, tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    ana = "version: 1\nsubscribers: {ana: {email: ana@example.org}}\n"
    (tmp_path / "config" / "people.yaml").write_text(ana, encoding="utf-8")
    # Nobody listens there, and nothing has been sent yet.
    (tmp_path / "config" / "monitor.yaml").write_text("smtp: {host: 127.0.0.1, port: 1}\n", encoding="utf-8")
    said = {
        ("send-test", "ana"): "email: SMTP server 127.0.0.1:1: the connection was refused",
        ("deliveries", "list"): "",
        ("deliveries", "show"): 'no delivery "3f2a"',
        ("deliveries", "replay"): 'no delivery "3f2a"',
        ("deliveries", "drop"): 'no delivery "3f2a"',
        ("subscribers", "enable"): 'no channel of "ana" is disabled',
    }
    lines = "".join(re.findall(r"```sh\n(.*?)```", _document(), re.DOTALL)).splitlines()
    assert len(lines) == len(said)
    rules = ("--rules", str(samples_directory("rules")))
    assert command("import", str(samples_directory("seeds")), *rules).code == 0
    for line in lines:
        _, *arguments = shlex.split(line)
        outcome = command(*arguments, *(rules if arguments[0] == "send-test" else ()))
        assert said[arguments[0], arguments[1]] in outcome.out + outcome.err


def test_the_tables_are_those_of_the_code() -> None:
    """UPDATE_GOLDEN=1 writes them anew."""
    waits = "\n".join(f"| {kind} | {', '.join(map(format_duration, each))} |" for kind, each in RETRY_DELAYS.items())
    document = re.sub(r"(\| waits between tries \|\n\|---\|---\|\n)(?:\|.*\n)*", rf"\g<1>{waits}\n", _document())
    head, _, _ = document.partition("| channel | the other side |")
    document = head + as_markdown(read_table())
    if os.environ.get("UPDATE_GOLDEN"):
        _FILE.write_text(document, encoding="utf-8")
    assert document == _document(), "run with UPDATE_GOLDEN=1 and read the difference"
