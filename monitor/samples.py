"""Where the samples are: inside an installed wheel, or at the top of a checkout."""

from pathlib import Path

_PACKAGED = Path(__file__).parent / "shipped"
_CHECKOUT = Path(__file__).parent.parent


def samples_directory(name: str) -> Path:
    """The directory of the samples called `name`: "seeds", "rules" or "config"."""
    packaged = _PACKAGED / name
    return packaged if packaged.is_dir() else _CHECKOUT / name
