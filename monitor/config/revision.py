"""The rules as they were: of another directory or file, or of a revision that git keeps of the present one.

Git runs as a program, without a shell, and only reads; nothing is checked out.
"""

import os
import subprocess
import tarfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path, PurePosixPath

from monitor.config.files import Texts, decode_text, is_wanted
from monitor.config.project import read_rule_set
from monitor.errors import InputError, Problem
from monitor.match.rules import RuleSet, load_rules

# Seconds. Reading a directory of a repository takes a fraction of one; a network file system may take its time.
_PATIENCE = 60


def read_other_rules(rules: Path, other: str) -> tuple[RuleSet, tuple[Problem, ...]]:
    """The rules in the directory or file `other`, or those of `rules` in the git revision `other`, with what is wrong.

    InputError when there is neither, or no git.
    """
    if Path(other).exists():
        return read_rule_set(Path(other))
    texts, problems = _read_revision(rules, other)
    rule_set = load_rules(texts)
    return rule_set, (*problems, *rule_set.problems)


def _read_revision(rules: Path, revision: str) -> tuple[Texts, tuple[Problem, ...]]:
    if not rules.exists():
        raise InputError(f'"{rules}" does not exist')
    folder = rules if rules.is_dir() else rules.parent
    top, prefix = _find_repository(folder, revision)
    commit = _find_commit(folder, revision)
    path = prefix.rstrip("/") if rules.is_dir() else prefix + rules.name
    kind = _ask(top, "cat-file", "-t", f"{commit}:{path}").stdout.strip()
    if not kind:
        raise InputError(f'revision "{revision}" has no "{path or "."}"')
    if kind == b"blob":
        found = {rules.name: _ask(top, "cat-file", "blob", f"{commit}:{path}").stdout}
    else:
        found = dict(_unpack(_ask(top, "archive", "--format=tar", f"{commit}:{path}").stdout))
    named = {f"{revision}:{name}": data for name, data in sorted(found.items())}
    read = [(name, decode_text(name, data)) for name, data in named.items()]
    texts = tuple((name, text) for name, text in read if isinstance(text, str))
    return texts, tuple(text for _, text in read if isinstance(text, Problem))


def _find_repository(folder: Path, revision: str) -> tuple[Path, str]:
    """The top of the repository, and where the folder stands in it: "config/rules/", or nothing for the top itself."""
    answer = _ask(folder, "rev-parse", "--show-toplevel", "--show-prefix")
    if answer.returncode:
        said = answer.stderr.decode("utf-8", "replace").strip().partition("\n")[0]
        raise InputError(f'"{revision}" is no directory, and git finds no revisions of "{folder}": {said}')
    top, prefix = os.fsdecode(answer.stdout).removesuffix("\n").rsplit("\n", 1)
    return Path(top), prefix


def _find_commit(folder: Path, revision: str) -> str:
    answer = _ask(folder, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    if answer.returncode:
        raise InputError(f'"{revision}" is neither a directory nor a revision that git knows')
    # Some versions of git repeat the option before the answer.
    return answer.stdout.decode("ascii").split()[-1]


def _unpack(archive: bytes) -> Iterator[tuple[str, bytes]]:
    """The files that may hold rules, as when a directory is read: nothing hidden, no links."""
    if not archive:
        return
    with tarfile.open(fileobj=BytesIO(archive)) as tar:
        for member in tar:
            parts = PurePosixPath(member.name).parts
            hidden = any(part.startswith(".") for part in parts)
            content = tar.extractfile(member) if member.isfile() and not hidden and is_wanted(parts[-1]) else None
            if content is not None:
                yield member.name, content.read()


def _ask(folder: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    """What git answers, also when it says no; InputError when it cannot be run."""
    command = ["git", "-C", str(folder), *arguments]
    try:
        # The arguments are a list and a revision cannot become an option: it stands behind --end-of-options.
        return subprocess.run(command, capture_output=True, timeout=_PATIENCE, check=False)  # noqa: S603
    except FileNotFoundError as error:
        raise InputError('"--against" with a revision needs git, which is not installed here') from error
    except (OSError, ValueError, subprocess.TimeoutExpired) as error:
        raise InputError(f"git could not be run: {type(error).__name__}") from error
