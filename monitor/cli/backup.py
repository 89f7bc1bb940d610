"""`backup`: everything below the data directory that cannot be made again, in one file."""

import json
import os
import tarfile
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Literal

import typer
from rich.filesize import decimal

from monitor.app import SQLITE_FILE, database_url, require_store
from monitor.cli.options import CONFIG, DATA, ConfigOption, DataOption, JsonOption
from monitor.config.files import reason_of
from monitor.config.last_good import LAST_GOOD_FILE
from monitor.config.secret_key import KEY_FILE
from monitor.config.settings import load_settings
from monitor.errors import InputError
from monitor.store.backup import copy_database

_BESIDE = (KEY_FILE, LAST_GOOD_FILE)
_MODES: dict[str, Literal["w", "w:gz"]] = {".tar": "w", ".tar.gz": "w:gz", ".tgz": "w:gz"}


def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A .tar or .tar.gz; replaced when it is there already.")],
    config: ConfigOption = CONFIG,
    data: DataOption = DATA,
    as_json: JsonOption = False,
) -> None:
    """Pack the database, as it stands at this moment, and the key that signs links. The service may go on running.

    Example: `monitor backup backups/monitor.tar.gz`
    """
    mode = next((mode for end, mode in _MODES.items() if file.name.endswith(end)), None)
    if mode is None:
        raise typer.BadParameter(f'found "{file}", expected a name ending in {", ".join(_MODES)}', param_hint="FILE")
    settings = load_settings(config, os.environ, strict=False)
    require_store(settings, data)
    try:
        with TemporaryDirectory(dir=file.parent, prefix=".backup-") as folder:
            copy = Path(folder) / SQLITE_FILE
            copy_database(database_url(settings, data), copy)
            packed = _pack([copy, *(data / name for name in _BESIDE)], Path(folder) / file.name, mode)
            size = (Path(folder) / file.name).stat().st_size
            (Path(folder) / file.name).replace(file)
    except OSError as error:
        raise InputError(f'cannot write "{file}": {reason_of(error)}') from error
    if as_json:
        print(json.dumps({"file": str(file), "bytes": size, "holds": packed}, indent=2, ensure_ascii=False))
    else:
        print(f"{file}: {', '.join(packed)}; {decimal(size)}")


def _pack(files: list[Path], target: Path, mode: Literal["w", "w:gz"]) -> list[str]:
    """The names of those that were there. The archive is on the disk when this returns, for its owner's eyes only."""
    there = [each for each in files if each.exists()]
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        with tarfile.open(fileobj=stream, mode=mode, dereference=True) as archive:
            for each in there:
                archive.add(each, arcname=each.name)
        stream.flush()
        os.fsync(stream.fileno())
    return [each.name for each in there]
