"""Whether the files of a project have changed: a look at names, sizes and times, without reading any of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from monitor.config.files import list_files
from monitor.config.secrets import DOTENV

Stamp = tuple[tuple[str, int, int, int], ...]
"""Of each file its path, size, time of change and inode: an editor that saves by renaming changes the last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectFiles:
    """Where a project was read from, and so where its changes are looked for. `cache` keeps its compiled rules."""

    config: Path
    rules: Path
    environment: Mapping[str, str] = field(repr=False)
    dotenv: Path = DOTENV
    cache: Path | None = None

    def stamp(self) -> Stamp:
        """Two that are equal: nothing has changed. What cannot be looked at counts as not there."""
        rules = list_files(self.rules) if self.rules.is_dir() else (self.rules,)
        entries = (_stamp_of(file) for file in (*list_files(self.config), *rules, self.dotenv))
        return tuple(entry for entry in entries if entry is not None)


def _stamp_of(file: Path) -> tuple[str, int, int, int] | None:
    try:
        found = file.stat()
    except OSError:
        return None
    return file.as_posix(), found.st_size, found.st_mtime_ns, found.st_ino
