"""Compare a rendering with the one kept under tests/golden/render; `UPDATE_GOLDEN=1` rewrites it, for review."""

import os
from pathlib import Path

_DIRECTORY = Path(__file__).parent.parent / "golden" / "render"


def assert_golden(name: str, rendered: bytes) -> None:
    """The bytes are those of the kept file."""
    path = _DIRECTORY / name
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_bytes(rendered)
    assert rendered == path.read_bytes(), f"{name} has changed; run with UPDATE_GOLDEN=1 and read the difference"
