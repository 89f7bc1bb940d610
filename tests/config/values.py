"""A configuration directory for a test, written from texts."""

from collections.abc import Mapping
from pathlib import Path

from monitor.config.assembly import Config
from monitor.config.load import load_config
from monitor.config.settings import Settings

SECRET = "whsec_" + "A" * 32


def write_config(directory: Path, files: Mapping[str, str]) -> Path:
    """Write the files below `directory`; returns it."""
    for name, text in files.items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return directory


def load(directory: Path, text: str, environment: Mapping[str, str] | None = None, *, strict: bool = True) -> Config:
    """What one file of sources, subscribers and routes says."""
    write_config(directory, {"all.yaml": "version: 1\n" + text})
    return load_config(directory, Settings(), environment or {}, strict=strict)


def messages(config: Config) -> list[str]:
    """The problems without their file."""
    return [str(problem).partition("all.yaml:")[2] for problem in config.problems]
