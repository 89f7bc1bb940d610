"""Whether an operator's templates can be rendered: tried on messages of every kind before a real one comes."""

from pathlib import Path

from jinja2 import Environment, TemplateError, meta

from monitor.errors import Problem
from monitor.render.email import render_email
from monitor.render.page_links import PageLinks, PageTokens
from monitor.render.samples import READER, list_samples
from monitor.render.templating import OVERRIDABLE, Templates
from monitor.text.suggest import did_you_mean, quoted_list

_PAGES = PageLinks("https://monitor.example.org", PageTokens(["signs the links of samples only"]))
_SENDER = "Media Monitor <monitor@localhost>"


def check_templates(directory: Path) -> tuple[Problem, ...]:
    """What is wrong with the templates in a directory, the first error of each; and files that replace nothing."""
    if not directory.is_dir():
        return ()
    templates = Templates(directory)
    try_templates(templates)
    return tuple(sorted({*templates.broken(), *_list_unused(directory)}))


def try_templates(templates: Templates) -> None:
    """Render samples of every kind of message; what went wrong is told by `templates.broken`."""
    for digest in list_samples():
        for pages in (None, _PAGES):
            render_email(digest, READER, sender=_SENDER, pages=pages, templates=templates)


def _list_unused(directory: Path) -> list[Problem]:
    """Files of other names that no template includes: most likely misspelt."""
    paths = [path for path in directory.rglob("*") if path.is_file() and not path.name.startswith(".")]
    used = {*OVERRIDABLE, *(name for path in paths for name in _list_included(path))}
    names = {path.relative_to(directory).as_posix() for path in paths}
    return [
        Problem(
            (directory / name).as_posix(),
            0,
            0,
            f"no template includes this, nor is it one of {quoted_list(OVERRIDABLE)}{did_you_mean(name, OVERRIDABLE)}",
            "warning",
        )
        for name in names - used
    ]


def _list_included(path: Path) -> list[str]:
    try:
        parsed = Environment(autoescape=True).parse(path.read_text("utf-8"))
    except (TemplateError, ValueError, OSError):
        return []
    return [name for name in meta.find_referenced_templates(parsed) if name is not None]
