"""Names of files, on disks and inside archives: how they are shown, and which of them are passed over."""

import os
import re
from pathlib import PurePosixPath

PROTOCOLS = ("file", "memory", "zip", "tar", "s3", "gs", "az", "abfs")
"""The first parts of addresses that are understood. Not http: what is fetched goes through the address guard."""

_USERINFO = re.compile(r"://[^/@]*@")
_WILDCARDS = frozenset("*?[")
_CLUTTER = frozenset({"__MACOSX"})


def printable(name: str) -> str:
    """A file name as it may be stored and shown: names need not be valid text, nor free of control characters."""
    text = os.fsencode(name).decode(errors="replace")
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text)


def is_hidden(name: str) -> bool:
    """Whether a file inside an archive, or a folder above it, is one that its owner does not see."""
    parts = name.replace("\\", "/").split("/")
    return any(part in _CLUTTER or (part.startswith(".") and part.strip(".")) for part in parts)


def leads_out(name: str) -> bool:
    """Whether a name inside an archive points above it or to a fixed place, as only hostile ones do."""
    path = PurePosixPath(name.replace("\\", "/"))
    return path.is_absolute() or ".." in path.parts or name[1:3] in {":\\", ":/"}


def is_pattern(given: str) -> bool:
    """Whether a path stands for every file that fits it."""
    return bool(_WILDCARDS & set(given))


def is_address(given: str) -> bool:
    """Whether a path is meant as an address."""
    return "://" in given or "::" in given


def explain_address(address: str) -> str | None:
    """Why nothing here opens such an address; None when something does."""
    links = address.split("::")
    for number, link in enumerate(links, start=1):
        protocol, mark, _ = link.partition("://")
        # The last link of a chain may be a path.
        if protocol not in PROTOCOLS and (mark or number < len(links)):
            return f'"{protocol}" is not one of {", ".join(PROTOCOLS)}'
    return None


def hide_secrets(address: str) -> str:
    """The address without names and passwords before an @."""
    return printable(_USERINFO.sub("://…@", address))
