"""Mails that may stand in a bounce mailbox, written for these tests."""

_RETURNED = """From: Media Monitor <monitor@news.example.org>
To: ana@example.org
Subject: 3 stories
Message-ID: {message_id}
"""
_DIAGNOSTIC = "smtp; 550 5.1.1 <ana@example.org>: Recipient address rejected: User unknown"


def make_bounce(
    *,
    message_id: str = "<digest.8a3f@news.example.org>",
    to: str = "ana@example.org",
    final: str = "rfc822; ana@example.org",
    recipient: str = "",
    action: str = "failed",
    status: str = "5.1.1",
    diagnostic: str = _DIAGNOSTIC,
    returned: str | None = "message/rfc822",
    about: str = "",
    headers: str = "",
) -> bytes:
    """A report as a mail server writes it. `returned` is the kind of part that the message comes back in."""
    original = _RETURNED.format(message_id=message_id).replace("ana@example.org", to)
    back = f"--=_b\nContent-Type: {returned}\n\n{original}\nThe digest.\n\n" if returned else ""
    return f"""From: MAILER-DAEMON@mail.example.org (Mail Delivery System)
To: monitor@news.example.org
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
{headers}MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="=_b"

This is a message in several parts.

--=_b
Content-Type: text/plain; charset=us-ascii

I could not deliver your message.

--=_b
Content-Type: message/delivery-status

Reporting-MTA: dns; mail.example.org
{about}Arrival-Date: Mon,  2 Mar 2026 12:00:00 +0000 (UTC)

Final-Recipient: {final}
{recipient}Action: {action}
Status: {status}
Remote-MTA: dns; mx.example.org
Diagnostic-Code: {diagnostic}

{back}--=_b--
""".encode()


DELAYED = make_bounce(action="delayed", status="4.4.1", diagnostic="smtp; connection timed out")

AUTO_REPLY = b"""From: ana@example.org
To: monitor@news.example.org
Subject: Out of the office
Auto-Submitted: auto-replied (vacation)
In-Reply-To: <digest.8a3f@news.example.org>
Content-Type: text/plain

I am back on Monday. Undeliverable, failed, 5.1.1: these are just words.
"""

READ_RECEIPT = b"""From: ana@example.org
To: monitor@news.example.org
Subject: Read: 3 stories
Content-Type: multipart/report; report-type=disposition-notification; boundary="r"

--r
Content-Type: text/plain

It was displayed.
--r
Content-Type: message/disposition-notification

Final-Recipient: rfc822;ana@example.org
Original-Message-ID: <digest.8a3f@news.example.org>
Disposition: manual-action/MDN-sent-manually; displayed
--r--
"""
