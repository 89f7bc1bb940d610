"""The mailbox that undelivered mail comes back to, as a Maildir or an mbox file. It is only read, never changed.

What has been read is remembered by the store; here only as far as is needed not to read everything at every look.
"""

import asyncio
import errno
import fcntl
import mailbox
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from hashlib import blake2b
from pathlib import Path
from typing import IO

from monitor.errors import InputError
from monitor.ports import ReturnedMail

# A report quotes what came back; more of it says nothing.
_MOST_BYTES = 1_000_000


class MaildirMailbox:
    """One file a mail, in `new` and `cur`."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._read: set[str] = set()

    async def read_new(self, limit: int) -> tuple[ReturnedMail, ...]:
        """See ports.BounceMailbox."""
        return await asyncio.to_thread(self._read_new, limit)

    def mark_read(self, mails: Sequence[ReturnedMail]) -> None:
        """See ports.BounceMailbox."""
        self._read |= {mail.name for mail in mails}

    def _read_new(self, limit: int) -> tuple[ReturnedMail, ...]:
        with _explaining(self._path):
            box = mailbox.Maildir(self._path, factory=None, create=False)
            present = sorted(box.iterkeys())
            self._read.intersection_update(present)
            new = [key for key in present if key not in self._read][:limit]
            return tuple(mail for key in new if (mail := _read_file(box, key)) is not None)


class MboxMailbox:
    """All mails in one file, to which a mail server appends."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: tuple[int, int] = (0, 0)
        self._mails = 0
        self._done = 0

    async def read_new(self, limit: int) -> tuple[ReturnedMail, ...]:
        """See ports.BounceMailbox; nothing while a mail server holds the file's lock, or before there is a file."""
        return await asyncio.to_thread(self._read_new, limit)

    def mark_read(self, mails: Sequence[ReturnedMail]) -> None:
        """See ports.BounceMailbox."""
        self._done += len(mails)

    def _read_new(self, limit: int) -> tuple[ReturnedMail, ...]:
        with _explaining(self._path):
            if not self._path.exists() and self._path.parent.is_dir():
                return ()
            with self._path.open("rb") as file:
                return self._read_from_file(limit) if _lock(file) else ()

    def _read_from_file(self, limit: int) -> tuple[ReturnedMail, ...]:
        if self._has_nothing_new():
            return ()
        with closing(mailbox.mbox(self._path, factory=None, create=False)) as box:
            keys = sorted(box.iterkeys())
            self._mails = len(keys)
            new = keys[self._done : self._done + limit]
            return tuple(
                _create(f"message {number}", box.get_file(key).read(_MOST_BYTES))
                for number, key in enumerate(new, start=self._done + 1)
            )

    def _has_nothing_new(self) -> bool:
        status = self._path.stat()
        before, self._file = self._file, (status.st_ino, status.st_size)
        if before[0] != status.st_ino or status.st_size < before[1]:
            self._done = 0  # somebody has emptied it, or put another in its place
        return self._done == self._mails and before == self._file


def _read_file(box: mailbox.Maildir, key: str) -> ReturnedMail | None:
    """None when somebody has moved or taken away the file meanwhile."""
    try:
        with closing(box.get_file(key)) as file:
            return _create(key, file.read(_MOST_BYTES))
    except (KeyError, FileNotFoundError):
        return None
    except OSError:
        return ReturnedMail(name=key, key=_hash(key.encode("utf-8", "surrogateescape")), content=None)


def _create(name: str, content: bytes) -> ReturnedMail:
    return ReturnedMail(name=name, key=_hash(content), content=content)


def _hash(content: bytes) -> str:
    return blake2b(content, digest_size=16).hexdigest()


def _lock(file: IO[bytes]) -> bool:
    """Whether nobody is writing to the file; on a file system without locks nobody can tell, and it is read."""
    try:
        fcntl.lockf(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError as error:
        return error.errno not in (errno.EACCES, errno.EAGAIN)
    return True


@contextmanager
def _explaining(path: Path) -> Iterator[None]:
    try:
        yield
    except mailbox.NoSuchMailboxError:
        raise InputError(f'the bounce mailbox "{path}" does not exist') from None
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise InputError(f'the bounce mailbox "{path}" cannot be read: {reason}') from error
