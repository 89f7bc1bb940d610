"""The templates of messages: sandboxed, escaping HTML, and strict about names that do not exist."""

from collections.abc import Sequence
from typing import Any

from jinja2 import PackageLoader, StrictUndefined, select_autoescape
from jinja2.sandbox import ImmutableSandboxedEnvironment

from monitor.render.highlight import Segment


def render_template(name: str, **values: Any) -> str:
    """The template `name` filled in; a name that is missing in `values` is an error."""
    return _TEMPLATES.get_template(name).render(values)


def _stars(segments: Sequence[Segment]) -> str:
    """Mentions as plain text marks them: *so*."""
    return "".join(f"*{segment.text}*" if segment.is_mention else segment.text for segment in segments)


def _new_environment() -> ImmutableSandboxedEnvironment:
    environment = ImmutableSandboxedEnvironment(
        loader=PackageLoader("monitor.render", "templates"),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=False,
        auto_reload=False,
    )
    environment.filters["stars"] = _stars
    return environment


_TEMPLATES = _new_environment()
