"""A stamp of what a page said: another one means that it was changed, and is worth reading again."""

import json
from dataclasses import asdict, replace
from hashlib import blake2b

from monitor.model import Entry, Record


def stamp_of(page: Entry | Record) -> str:
    """`"1:"` and a hash of all that the feed said in an entry, whatever its page says, or of the bytes of a record."""
    if isinstance(page, Record):
        said = page.data
    else:
        entry = {name: value for name, value in asdict(replace(page, page=None)).items() if name != "page"}
        if entry["utc_offset"] is None:
            del entry["utc_offset"]  # as before there was such a thing: an entry that says the same is the same
        said = json.dumps(entry, sort_keys=True, default=str).encode(errors="replace")
    return "1:" + blake2b(said, digest_size=16).hexdigest()
