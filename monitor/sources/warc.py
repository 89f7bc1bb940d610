"""Web archives: the pages in WARC and ARC files, packed or not.

Only pages that were really there are records: answers with status 200 in HTML or plain text, and conversions to plain
text. The rest is counted. Behind damage, reading goes on with the next record that can be found.
"""

from collections import Counter
from collections.abc import Iterator
from importlib.util import find_spec
from itertools import chain, islice
from typing import BinaryIO

from monitor.errors import Problem
from monitor.loading import load_function
from monitor.sources.contract import ArchiveFormat, Found, Member, Reading
from monitor.sources.limits import ArchiveError, LimitError, UnreadableError
from monitor.sources.web_record import Damage, WebRecord, read_web_record

# By address: what no command needs that reads no web archive is loaded for the others alone.
_FAST = "monitor.sources.warc_fast:iter_web_records"
_ARC = "monitor.sources.warc_fallback:iter_arc_records"
_FORGIVING = "monitor.sources.warc_fallback:iter_web_records"


def _read_warc(member: Member, reading: Reading) -> Iterator[Found]:
    yield from _iter_found(_iter_warc(member.stream), member, reading)


def _read_arc(member: Member, reading: Reading) -> Iterator[Found]:
    yield from _iter_found(load_function(_ARC)(member.stream), member, reading)


def _iter_warc(stream: BinaryIO) -> Iterator[WebRecord | Damage]:
    """By the fast library where it is installed; by the other one what the first does not take."""
    if find_spec("fastwarc") is None:
        return load_function(_FORGIVING)(stream)  # type: ignore[no-any-return]  # by address
    records: Iterator[WebRecord | Damage] = load_function(_FAST)(stream)
    first = tuple(islice(records, 1))
    if not stream.seekable() or not isinstance(next(iter(first), None), Damage):
        return chain(first, records)
    stream.seek(0)
    others: Iterator[WebRecord | Damage] = load_function(_FORGIVING)(stream)
    try:
        return chain((next(others),), others)
    except (ArchiveError, StopIteration):
        stream.seek(0)
        return load_function(_FAST)(stream)  # type: ignore[no-any-return]  # by address


def _iter_found(records: Iterator[WebRecord | Damage], member: Member, reading: Reading) -> Iterator[Found]:
    passed: Counter[str] = Counter()
    number = 0
    for number, each in enumerate(records, start=1):
        if isinstance(each, Damage):
            yield Problem(f"{member.name}:{number}", 0, 0, each.message)
            continue
        try:
            found = read_web_record(each, member, reading, number)
        except (UnreadableError, LimitError):
            raise
        except (ArchiveError, OSError) as error:
            message = str(error) if isinstance(error, ArchiveError) else f"is damaged: {error}"
            yield Problem(f"{member.name}:{number}", 0, 0, f"the record {message}")
            continue
        if isinstance(found, str):
            passed[found] += 1
        elif found is not None:
            yield found
    if not number:
        raise ArchiveError("is empty")
    if passed:
        counts = ", ".join(f"{count:,} {what}" for what, count in passed.most_common())
        yield Problem(member.name, 0, 0, f"records that are no pages: {counts}", "note")


WARC = ArchiveFormat(name="web archive", suffixes=(".warc", ".warc.gz"), read=_read_warc, magics=(b"WARC/",))
ARC = ArchiveFormat(name="web archive", suffixes=(".arc",), read=_read_arc)
