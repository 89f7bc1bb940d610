"""The demonstration: what a newcomer sees first, and that a second time on the same data sends nothing."""

import asyncio
import email
from email import policy
from pathlib import Path

import pytest

from monitor.cli import main
from monitor.demo.play import Account, play_demo

_MAIL_PARTS = ["text/plain", "text/html"]


def test_the_demo_goes_the_whole_way_once(tmp_path: Path) -> None:
    account = asyncio.run(play_demo(tmp_path))
    _check_account(account)
    again = asyncio.run(play_demo(tmp_path))
    assert [stored.error for stored in again.polled] == [None]
    assert again.articles == ()
    assert again.digests == ()
    assert again.sent == ()


def _check_account(account: Account) -> None:
    assert account.problems == ()
    assert [sent.error for sent in account.sent] == [None, None, None]
    assert {sent.channel for sent in account.sent} == {"email", "slack", "webhook"}
    assert account.signatures == (True,)
    assert account.stories < len(account.articles)
    rules = {reason.rule.id for digest in account.digests for story in digest.stories for reason in story.reasons}
    assert "karabakh-use-of-force" in rules
    files = {path.suffix for _, path in account.files}
    assert files == {".eml", ".html", ".json"}
    (mail,) = [path for name, path in account.files if name == "e-mail"]
    message = email.message_from_bytes(mail.read_bytes(), policy=policy.default)
    assert [part.get_content_type() for part in message.iter_parts()] == _MAIL_PARTS


def test_the_demo_tells_a_person_what_happened(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exit_info:
        main(["demo", "--data", str(tmp_path)])
    told = capsys.readouterr().out
    assert exit_info.value.code == 0
    for part in ("6 articles from the sample feed", "Alerted", "In Slack", "Verified  the webhook's signature", ".eml"):
        assert part in told
