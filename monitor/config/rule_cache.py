"""Compiled rules kept on disk, so that the next start finds them ready.

A file is named by the hash of all that went into it: the texts of the rules, this package's own code, the Python and
the dictionaries that it runs on. Nothing is ever brought up to date: what does not fit is not found. Whatever goes
wrong here, a full disk, a file cut short, a directory of somebody else's, the rules are compiled as if there were no
cache.
"""

import os
import sys
from contextlib import suppress
from functools import cache
from hashlib import blake2b
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from tempfile import NamedTemporaryFile
from zlib import crc32

import monitor
from monitor.config.files import Texts
from monitor.match.rules import RuleSet, load_rules
from monitor.match.stored import dump_rules, prepare_rules, restore_rules

# Characters; fewer are compiled within a second, which writing them down would only prolong.
_WORTH_KEEPING = 1_000_000
_MOST_FILES = 4
_SUFFIX = ".rules"
_CODE = ("match", "model", "text")
_LIBRARIES = ("PyYAML", "lark", "numpy", "simplemma", "snowballstemmer")
_CHECKSUM_BYTES = 4


def default_cache() -> Path:
    """Where it lies for commands without a data directory: with the caches of the person who runs them."""
    base = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")  # noqa: PTH111  Path.home() may raise
    return Path(base) / "media-monitor"


def choose_cache(data: Path) -> Path:
    """The service's own where a data directory is; a command that only looks makes none."""
    return data / "cache" if data.is_dir() else default_cache()


def load_cached_rules(texts: Texts, directory: Path) -> RuleSet:
    """As monitor.match.rules.load_rules, from the cache in a directory where it has them; else they go there."""
    if sum(len(text) for _, text in texts) < _WORTH_KEEPING:
        return load_rules(texts)
    file = directory / f"{_hash_of(texts)}{_SUFFIX}"
    known = _read(file)
    if known is not None:
        return known
    rule_set = prepare_rules(load_rules(texts))
    # An extension may have brought in what cannot be written down; then its rules are compiled each time.
    with suppress(Exception):
        _write(file, dump_rules(rule_set))
    return rule_set


def _read(file: Path) -> RuleSet | None:
    try:
        with file.open("rb") as stream:
            if not _is_ours(os.fstat(stream.fileno())):
                return None
            data = stream.read()
        body = data[:-_CHECKSUM_BYTES]
        if crc32(body).to_bytes(_CHECKSUM_BYTES) != data[-_CHECKSUM_BYTES:]:
            return None
        rule_set = restore_rules(body)
        os.utime(file)  # the last used are kept
    except Exception:  # noqa: BLE001  whatever it is, it is no reason not to compile the rules
        return None
    return rule_set


def _is_ours(found: os.stat_result) -> bool:
    """Whether nobody else can have written it."""
    return found.st_uid == os.getuid() and not found.st_mode & 0o022


def _write(file: Path, data: bytes) -> None:
    """Whole or not at all, readable by nobody else; the oldest go."""
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with NamedTemporaryFile(dir=file.parent, prefix=".", delete=False) as stream:
        written = Path(stream.name)
        try:
            stream.write(data)
            stream.write(crc32(data).to_bytes(_CHECKSUM_BYTES))
            stream.close()
            written.replace(file)
        except BaseException:
            written.unlink(missing_ok=True)
            raise
    kept = sorted(file.parent.glob(f"*{_SUFFIX}"), key=lambda each: each.stat().st_mtime_ns)
    for old in kept[:-_MOST_FILES]:
        old.unlink(missing_ok=True)


def _hash_of(texts: Texts) -> str:
    digest = blake2b(_hash_of_code(), digest_size=16)
    for name, text in texts:
        for part in (name, text):
            data = part.encode("utf-8", "surrogatepass")
            digest.update(len(data).to_bytes(8) + data)
    return digest.hexdigest()


@cache
def _hash_of_code() -> bytes:
    """Of everything besides the rules that decides what they compile to."""
    digest = blake2b(f"{monitor.__version__} {sys.version} {sys.byteorder}".encode(), digest_size=16)
    for library in _LIBRARIES:
        with suppress(PackageNotFoundError):
            digest.update(f"{library} {version(library)}\n".encode())
    root = Path(monitor.__file__).parent
    for file in sorted(file for package in _CODE for file in (root / package).rglob("*.py")):
        digest.update(file.read_bytes())
    return digest.digest()
