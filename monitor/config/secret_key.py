"""The keys that sign links: those of the settings, or one that is made once and kept beside the data."""

import os
import secrets
from collections.abc import Sequence
from pathlib import Path

from monitor.errors import StoreError

KEY_FILE = "secret.key"
_BYTES = 32


def load_keys(configured: Sequence[str], data: Path) -> tuple[str, ...]:
    """The keys, of which the first signs and all verify. StoreError when one cannot be kept under `data`.

    Processes that start at once agree: the file is linked into place whole, and whoever comes second reads it.
    """
    if configured:
        return tuple(configured)
    file = data / KEY_FILE
    try:
        if not file.exists():
            _create(file)
        key = file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not text"
        raise StoreError(f'cannot keep the secret key in "{file}": {reason}') from error
    if len(key) < _BYTES:
        raise StoreError(
            f'the secret key in "{file}" is damaged: put it back from a backup, or delete it to make another'
        )
    return (key,)


def _create(file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_name(f"{KEY_FILE}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as stream:
            stream.write(secrets.token_urlsafe(_BYTES) + "\n")
            stream.flush()
            os.fsync(stream.fileno())
        os.link(draft, file)
    except FileExistsError:
        pass  # somebody else was quicker
    finally:
        draft.unlink()
