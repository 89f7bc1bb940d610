"""Reports of non-delivery as mail servers of several makes write them, and mails that are none."""

import pytest

from monitor.errors import ParseError
from monitor.model import BouncedRecipient, BounceReport
from monitor.parse.bounce import read_bounce
from tests.parse.bounces import (
    AUTO_REPLY,
    DELAYED,
    READ_RECEIPT,
    make_bounce,
)

MESSAGE_ID = "<digest.8a3f@news.example.org>"


def test_a_report_says_who_why_and_about_which_message() -> None:
    assert read_bounce(make_bounce()) == BounceReport(
        recipients=(
            BouncedRecipient(
                addresses=("ana@example.org",),
                action="failed",
                status="5.1.1",
                diagnostic="550 5.1.1 <ana@example.org>: Recipient address rejected: User unknown",
            ),
        ),
        message_id=MESSAGE_ID,
        sent_to=("ana@example.org",),
    )


@pytest.mark.parametrize("returned", ["message/rfc822", "text/rfc822-headers", "message/rfc822-headers"])
def test_the_message_is_known_by_its_headers_however_they_come_back(returned: str) -> None:
    report = read_bounce(make_bounce(returned=returned))
    assert report is not None
    assert (report.message_id, report.sent_to) == (MESSAGE_ID, ("ana@example.org",))


@pytest.mark.parametrize(
    "fields",
    [
        {"about": f"X-Original-Message-ID: {MESSAGE_ID}\n"},
        {"about": f"Original-Message-ID: {MESSAGE_ID}\n"},
        {"headers": f"In-Reply-To: {MESSAGE_ID}\n"},
        {"headers": f"References:\n {MESSAGE_ID}\n"},
    ],
)
def test_without_them_the_report_itself_may_name_the_message(fields: dict[str, str]) -> None:
    report = read_bounce(make_bounce(returned=None, **fields))
    assert report is not None
    assert (report.message_id, report.sent_to) == (MESSAGE_ID, ())


def test_without_a_message_id_the_recipients_are_still_known() -> None:
    report = read_bounce(make_bounce(returned=None, recipient="Original-Recipient: rfc822;ana+news@example.org\n"))
    assert report is not None
    assert report.message_id is None
    assert report.recipients[0].addresses == ("ana@example.org", "ana+news@example.org")


@pytest.mark.parametrize(
    ("status", "diagnostic", "expected"),
    [
        ("5.1.1", "smtp; 550 no such user", "5.1.1"),
        ("5.0.0", "smtp; 550 5.1.10 unknown", "5.1.10"),
        ("5.0.0", "smtp; 550 unknown", "5.0.0"),
        ("5.2.2 (mailbox full)", "", "5.2.2"),
        ("", "smtp; 554 5.7.1 no spam", "5.7.1"),
        ("", "smtp; 550 unknown user", "5.0.0"),
        ("", "", ""),
        ("failed", "x", ""),
    ],
)
def test_the_code_is_that_of_the_field_or_of_the_words(status: str, diagnostic: str, expected: str) -> None:
    report = read_bounce(make_bounce(status=status, diagnostic=diagnostic))
    assert report is not None
    assert report.recipients[0].status == expected


@pytest.mark.parametrize("field", ["rfc822; ana@example.org", "ana@example.org", "RFC822;<ana@example.org>"])
def test_the_address_is_read_as_servers_write_it(field: str) -> None:
    report = read_bounce(make_bounce(final=field))
    assert report is not None
    assert report.recipients[0].addresses == ("ana@example.org",)


def test_addresses_in_other_letters_have_parts_of_their_own() -> None:
    mail = make_bounce(final="utf-8; анна@example.org", to="анна@example.org", returned="message/global")
    report = read_bounce(mail.replace(b"message/delivery-status", b"message/global-delivery-status"))
    assert report is not None
    assert report.recipients[0].addresses == ("анна@example.org",)
    assert report.message_id == MESSAGE_ID


def test_a_delay_is_a_report_too() -> None:
    report = read_bounce(DELAYED)
    assert report is not None
    assert (report.recipients[0].action, report.recipients[0].status) == ("delayed", "4.4.1")


@pytest.mark.parametrize(
    "mail",
    [
        AUTO_REPLY,
        READ_RECEIPT,
        b"Subject: hello\r\n\r\nAction: failed\r\nStatus: 5.1.1\r\nFinal-Recipient: rfc822;ana@example.org\r\n",
        b"",
        b"\x00\xff" * 100,
        b"Content-Type: multipart/mixed; boundary=x\n\n--x\nContent-Type: message/delivery-status\n\n\n--x--\n",
    ],
    ids=["auto-reply", "read receipt", "a text about a bounce", "empty", "bytes", "not multipart/report"],
)
def test_what_is_no_report_is_passed_over(mail: bytes) -> None:
    assert read_bounce(mail) is None


@pytest.mark.parametrize(
    ("mail", "problem"),
    [
        (make_bounce()[:400], "without a part"),
        (b"Content-Type: multipart/report; report-type=delivery-status\n\nno parts\n", "cannot be told apart"),
        (make_bounce(final="", recipient="").replace(b"Final-Recipient: \n", b""), "names no recipient"),
    ],
    ids=["cut off", "no parts", "no recipient"],
)
def test_a_report_that_says_nothing_is_broken(mail: bytes, problem: str) -> None:
    with pytest.raises(ParseError, match=problem):
        read_bounce(mail)


def test_hostile_fields_stay_on_one_line_and_short() -> None:
    report = read_bounce(make_bounce(diagnostic="smtp; 550 \x1b[31m\x07" + "word " * 200))
    assert report is not None
    assert report.recipients[0].diagnostic.isprintable()
    assert len(report.recipients[0].diagnostic) <= 200


def test_crlf_and_lf_mean_the_same() -> None:
    mail = make_bounce()
    assert read_bounce(mail.replace(b"\n", b"\r\n")) == read_bounce(mail)
