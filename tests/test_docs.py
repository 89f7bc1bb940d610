"""What the documentation shows is true: its YAML loads, its commands exist, and its tables say what the code does."""

import re
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
    page = (_ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    modules = [
        path.relative_to(_ROOT / "monitor").as_posix()
        for path in (_ROOT / "monitor").rglob("*.py")
        if path.name != "__init__.py" and "versions" not in path.parts
    ]
    missing = [module for module in modules if f"`{module}`" not in page]
    assert missing == []
