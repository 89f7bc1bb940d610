"""Mails and mailboxes: each mail is one record, whose source is its list or its sender.

Only the headers that identify a mail are read here; what it says is for monitor.parse.mail.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from email import policy
from email.parser import BytesHeaderParser
from email.utils import parseaddr

from monitor.errors import Problem
from monitor.model import EntryKey, Record, SourceId
from monitor.sources.contract import ArchiveFormat, Found, Member, Reading, find_key, hash_of
from monitor.sources.limits import MEGABYTE
from monitor.sources.lines import iter_lines

_LONGEST_HEAD = 256 * 1024
_HEAD_END = re.compile(rb"\r?\n\r?\n")
_LIST_ID = re.compile(r"<([^<>\s]+)>")
_FROM = re.compile(rb"From ")
_DATED_FROM = re.compile(rb"From .{0,300}?\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),? +(?:\d|[A-Z][a-z][a-z] +\d)")
_QUOTED_FROM = re.compile(rb"^>(>*From )", re.MULTILINE)


def mail_record(member: Member, reading: Reading, data: bytes, place: str = "") -> Record:
    """The record of one mail; its Message-ID is its key, so that the same mail in two mailboxes is one article."""
    end = _HEAD_END.search(data, 0, _LONGEST_HEAD)
    head = BytesHeaderParser(policy=policy.compat32).parsebytes(data[: end.end() if end else _LONGEST_HEAD])
    message_id, list_id, sender = (_header(head.get(name)) for name in ("Message-ID", "List-Id", "From"))
    record = reading.record(member, data, "mail", place=place)
    source = _find_list(list_id) or find_key(parseaddr(sender)[1].lower())
    return replace(
        record,
        key=EntryKey(find_key(message_id.strip().strip("<>")) or hash_of(data)),
        source=SourceId(source) if source else record.source,
    )


def _read_mbox(member: Member, reading: Reading) -> Iterator[Found]:
    number = 0
    for number, data in enumerate(_iter_mails(member, reading.limits.record), start=1):
        if data is None:
            message = f"the mail is larger than {reading.limits.record // MEGABYTE} MB"
            yield Problem(f"{member.name}:{number}", 0, 0, message)
        else:
            yield mail_record(member, reading, data, f":{number}")
    if not number:
        yield Problem(member.name, 0, 0, 'holds no mail: expected lines that begin with "From " between them')


def _iter_mails(member: Member, most: int) -> Iterator[bytes | None]:
    """Each mail; None in the place of one that is too large.

    A mail begins behind a line "From …" that stands at the very beginning or after a blank line. Where the first one
    has a date, all of them must: a sentence may begin like that, too.
    """
    begins = _FROM
    lines: list[bytes] = []
    size, was_blank, begun = 0, True, False
    for line in iter_lines(member.stream):
        if was_blank and begins.match(line.text):
            begins = begins if begun or not _DATED_FROM.match(line.text) else _DATED_FROM
            if begun:
                yield _join(lines, size, most)
            lines, size, begun = [], 0, True
        else:
            size += line.size
            if size <= most:
                lines.append(line.text)
        was_blank = line.text in (b"\n", b"\r\n")
    if begun and size:
        yield _join(lines, size, most)


def _join(lines: list[bytes], size: int, most: int) -> bytes | None:
    if size > most:
        return None
    data = b"".join(lines)
    return _QUOTED_FROM.sub(rb"\1", data) if b"\n>" in data else data


def _header(value: object) -> str:
    return str(value or "")


def _find_list(text: str) -> str | None:
    """The name between the angle brackets: what stands before them is a description that changes."""
    found = _LIST_ID.search(text)
    return find_key(found[1].lower()) if found else None


MBOX = ArchiveFormat(name="mailbox", suffixes=(".mbox", ".mbx"), read=_read_mbox, magics=(b"From ",))
