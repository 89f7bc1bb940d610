"""What the documentation shows is true: its YAML loads, its commands exist, and its tables say what the code does."""

import ast
import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.cli import COMMANDS
from monitor.config.load import load_config
from monitor.config.settings import Settings, load_settings
from monitor.match.rules import load_rules
from monitor.text.yaml import parse_yaml

_ROOT = Path(__file__).parents[1]
_PAGES = [_ROOT / "README.md", *sorted((_ROOT / "docs").rglob("*.md"))]
_FENCE = re.compile(r"^```yaml\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_SETTINGS_PAGE = "configuration.md"
_MAP_BEGIN, _MAP_END = "<!-- modules -->\n", "\n<!-- end of modules -->"
_SECTIONS = {"rules", "actors", "concepts"}

_SAMPLES = [
    pytest.param(page, sample, id=f"{page.name}-{number}")
    for page in _PAGES
    for number, sample in enumerate(_FENCE.findall(page.read_text(encoding="utf-8")))
]


@pytest.mark.parametrize(("page", "sample"), _SAMPLES)
def test_every_yaml_sample_loads(page: Path, sample: str, tmp_path: Path) -> None:
    data = parse_yaml(sample, page.name).data
    assert isinstance(data, dict)
    if _SECTIONS & data.keys():
        assert [str(problem) for problem in load_rules([(page.name, sample)]).problems] == []
    elif "version" in data:
        (tmp_path / "sample.yaml").write_text(sample, encoding="utf-8")
        found = load_config(tmp_path, Settings(), {}, strict=False)
        assert [str(problem) for problem in found.problems if problem.level == "error"] == []
    else:
        (tmp_path / "monitor.yaml").write_text(sample, encoding="utf-8")
        load_settings(tmp_path, {}, strict=False)


def test_the_readme_lists_every_command() -> None:
    listed = set(re.findall(r"^\| `monitor ([a-z-]+)", (_ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE))
    assert listed == set(COMMANDS)


def test_every_link_between_pages_leads_somewhere() -> None:
    for page in _PAGES:
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_the_architecture_page_maps_every_module() -> None:
    """The map is the first sentence of each module; UPDATE_GOLDEN=1 writes it anew."""
    path = _ROOT / "docs" / "architecture.md"
    page = path.read_text(encoding="utf-8")
    begin = page.index(_MAP_BEGIN) + len(_MAP_BEGIN)
    end = page.index(_MAP_END)
    rows = [f"| `{name}` | {job} |" for name, job in _iter_modules()]
    expected = "\n".join(["", "| module | its one job |", "|---|---|", *rows, ""])
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_text(page[:begin] + expected + page[end:], encoding="utf-8")
    else:
        assert page[begin:end] == expected


def _iter_modules() -> Iterator[tuple[str, str]]:
    package = _ROOT / "monitor"
    for path in sorted(package.rglob("*.py")):
        docstring = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
        if path.parent.name in {"migrations", "versions"} or not docstring:
            continue
        summary = " ".join(docstring.split("\n\n")[0].split())
        yield path.relative_to(package).as_posix(), re.split(r"(?<=[.]) ", summary)[0].removesuffix(".")
