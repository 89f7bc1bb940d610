"""The key that signs the links of subscribers' pages: the one configured, or one made once and kept beside the data."""

import os
import secrets
from pathlib import Path

from monitor.errors import StoreError

_FILE = "secret.key"
_BYTES = 32


def load_keys(configured: tuple[str, ...], data: Path) -> tuple[str, ...]:
    """The keys, of which the first signs. StoreError when one cannot be kept under `data`.

    Two processes that start at once agree: the file is linked into place whole, and whoever comes second reads it.
    """
    if configured:
        return configured
    file = data / _FILE
    try:
        return (_read(file) or _create(file),)
    except OSError as error:
        raise StoreError(f'cannot keep the secret key in "{file}": {error.strerror}') from error


def _read(file: Path) -> str | None:
    return file.read_text(encoding="ascii").strip() if file.exists() else None


def _create(file: Path) -> str:
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_name(f"{_FILE}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as stream:
        stream.write(secrets.token_urlsafe(_BYTES))
    try:
        os.link(draft, file)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
    return _read(file) or ""
