"""The templates of messages: sandboxed, escaping HTML, and strict about names that do not exist.

An operator may put templates of their own in the place of shipped ones. A broken one never costs a message: the
shipped one is used instead, and what is wrong is kept for whoever is to mend it.
"""

import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import structlog
from jinja2 import (
    BaseLoader,
    ChoiceLoader,
    FileSystemLoader,
    PackageLoader,
    PrefixLoader,
    StrictUndefined,
    TemplateSyntaxError,
    select_autoescape,
)
from jinja2.sandbox import ImmutableSandboxedEnvironment

from monitor.errors import Problem
from monitor.render.highlight import Segment

TEMPLATES = "templates"
"""The directory of the operator's own, beside their configuration."""

OVERRIDABLE = ("digest.html", "digest.txt", "story.html")
"""What an operator may replace: the two parts of a mail, and one story within its HTML."""

_Stamp = tuple[int, int]

_log = structlog.get_logger()


class Templates:
    """The shipped templates, and before them those of the same names in a directory of the operator's, if there is one.

    Theirs may include each other, and the shipped ones as `shipped/NAME`. A change of a file is seen by itself.
    """

    def __init__(self, directory: Path | None = None) -> None:
        self._directory = directory
        self._own = None if directory is None else _new_environment(_loader_of(directory), auto_reload=True)
        self._broken: dict[str, tuple[_Stamp, Problem]] = {}

    def render(self, name: str, **values: Any) -> str:
        """The template `name` filled in; of a shipped one a name that is missing in `values` is an error."""
        stamp = self._stamp_of(name)
        if self._own is None or stamp is None:
            return render_template(name, **values)
        try:
            return self._own.get_template(name).render(values)
        except Exception as error:  # noqa: BLE001 - an operator's template may raise anything
            self._note(name, stamp, error)
        return render_template(name, **values)

    def broken(self) -> tuple[Problem, ...]:
        """What was wrong with templates that are still as they were then, by name; one problem for each."""
        return tuple(
            problem for name, (stamp, problem) in sorted(self._broken.items()) if stamp == self._stamp_of(name)
        )

    def _stamp_of(self, name: str) -> _Stamp | None:
        """Another one when the operator's template was changed; None where there is none."""
        if self._directory is None or name not in OVERRIDABLE:
            return None
        try:
            status = (self._directory / name).stat()
        except OSError:
            return None
        return status.st_mtime_ns, status.st_size

    def _note(self, name: str, stamp: _Stamp, error: Exception) -> None:
        known = self._broken.get(name)
        if known is not None and known[0] == stamp:
            return
        problem = _locate(error, self._directory or Path(), name)
        self._broken[name] = (stamp, problem)
        _log.warning("template broken, the shipped one is used", template=name, problem=str(problem))


def render_template(name: str, **values: Any) -> str:
    """The shipped template `name` filled in; a name that is missing in `values` is an error."""
    return _SHIPPED.get_template(name).render(values)


def _locate(error: Exception, directory: Path, name: str) -> Problem:
    """The error at the innermost line of the operator's templates that it came from."""
    file, line = (directory / name).as_posix(), 0
    if isinstance(error, TemplateSyntaxError):
        file, line = error.filename or file, error.lineno
    else:
        for frame in traceback.extract_tb(error.__traceback__):
            if Path(frame.filename).is_relative_to(directory):
                file, line = frame.filename, frame.lineno or 0
    words = str(error.message if isinstance(error, TemplateSyntaxError) else error) or type(error).__name__
    return Problem(Path(file).as_posix(), line, 0, f"the template cannot be rendered: {words}")


def _stars(segments: Sequence[Segment]) -> str:
    """Mentions as plain text marks them: *so*."""
    return "".join(f"*{segment.text}*" if segment.is_mention else segment.text for segment in segments)


def _loader_of(directory: Path) -> BaseLoader:
    shipped = _shipped_loader()
    return ChoiceLoader([FileSystemLoader(directory), PrefixLoader({"shipped": shipped}), shipped])


def _shipped_loader() -> PackageLoader:
    return PackageLoader("monitor.render", "templates")


def _new_environment(loader: BaseLoader, *, auto_reload: bool) -> ImmutableSandboxedEnvironment:
    environment = ImmutableSandboxedEnvironment(
        loader=loader,
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=False,
        auto_reload=auto_reload,
    )
    environment.filters["stars"] = _stars
    return environment


_SHIPPED = _new_environment(_shipped_loader(), auto_reload=False)
SHIPPED = Templates()
"""Nobody's but ours."""
