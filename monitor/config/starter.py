"""What `monitor init DIR` writes: a commented configuration, the sample rules and the files around them.

All or nothing: no file that exists is touched, and nothing stays behind when writing fails halfway.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path

from monitor.config.files import reason_of
from monitor.errors import InputError
from monitor.samples import samples_directory

# Template → path below the directory. Git and the packager obey a file called ".gitignore" wherever it stands, so the
# templates of hidden files carry plain names.
_FILES: Mapping[str, str] = {
    "monitor.yaml": "config/monitor.yaml",
    "sources.yaml": "config/sources.yaml",
    "subscribers.yaml": "config/subscribers.yaml",
    "routes.yaml": "config/routes.yaml",
    "env.example": ".env.example",
    "gitignore": ".gitignore",
}
_TEMPLATES = Path(__file__).parent / "starter_files"


def write_starter(directory: Path) -> tuple[Path, ...]:
    """Write the files and return their paths, sorted.

    InputError names every file that exists already, or the one that could not be written.
    """
    contents = _read_contents(directory)
    existing = [path for path in contents if path.exists() or path.is_symlink()]
    if existing:
        names = ", ".join(path.as_posix() for path in existing)
        raise InputError(f"nothing was written, because these exist already: {names}")
    _write_all(contents)
    return tuple(contents)


def _read_contents(directory: Path) -> dict[Path, bytes]:
    contents = {directory / target: (_TEMPLATES / name).read_bytes() for name, target in _FILES.items()}
    rules = samples_directory("rules")
    for file in rules.rglob("*"):
        if file.is_file() and not any(part.startswith(".") for part in file.relative_to(rules).parts):
            contents[directory / "rules" / file.relative_to(rules)] = file.read_bytes()
    return dict(sorted(contents.items()))


def _write_all(contents: Mapping[Path, bytes]) -> None:
    made: list[Path] = []
    try:
        for path, data in contents.items():
            made += _make_folders(path.parent)
            with path.open("xb") as stream:
                made.append(path)
                stream.write(data)
    except OSError as error:
        _remove(reversed(made))
        raise InputError(f"nothing was written: {error.filename}: {reason_of(error)}") from error


def _make_folders(folder: Path) -> Iterable[Path]:
    """Make a folder and those above it; the new ones, outermost first."""
    missing = [each for each in (folder, *folder.parents) if not each.exists()][::-1]
    for each in missing:
        each.mkdir()
    return missing


def _remove(paths: Iterable[Path]) -> None:
    for path in paths:
        if path.is_dir():
            path.rmdir()
        else:
            path.unlink(missing_ok=True)
