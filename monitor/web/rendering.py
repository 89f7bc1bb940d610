"""The pages as HTML: one layout, one stylesheet that stands in the page, no script."""

from base64 import b64encode
from hashlib import sha256
from importlib.resources import files
from typing import Any

from jinja2 import PackageLoader, StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup
from starlette.responses import HTMLResponse

_STYLE = files("monitor.web").joinpath("templates/pages.css").read_text(encoding="utf-8")

STYLE_SOURCE = f"'sha256-{b64encode(sha256(_STYLE.encode()).digest()).decode()}'"
"""What a content security policy calls the stylesheet of the pages."""


def render_page(name: str, status: int = 200, **values: Any) -> HTMLResponse:
    """The page of a template; a name that is missing in `values` is an error."""
    return HTMLResponse(_TEMPLATES.get_template(name).render(values), status)


def _new_environment() -> ImmutableSandboxedEnvironment:
    environment = ImmutableSandboxedEnvironment(
        loader=PackageLoader("monitor.web", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.globals["style"] = Markup(_STYLE)  # noqa: S704 (our own file)
    return environment


_TEMPLATES = _new_environment()
