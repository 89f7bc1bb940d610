"""The recipe of the container image: what can be said of it without building it."""

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[1]
RECIPE = CHECKOUT / "Dockerfile"


def _stages() -> list[str]:
    """The text of each stage, the last of which is the image."""
    return re.split(r"(?m)^FROM ", RECIPE.read_text(encoding="utf-8"))[1:]


def test_the_linter_of_dockerfiles_has_nothing_to_say() -> None:
    linter = shutil.which("hadolint", path=str(Path(sys.executable).parent)) or shutil.which("hadolint")
    if linter is None:
        pytest.skip("hadolint is not installed; it is among the dev extras")
    found = subprocess.run([linter, str(RECIPE)], capture_output=True, text=True, check=False)
    assert (found.returncode, found.stdout) == (0, "")


def test_the_image_has_the_pinned_versions_and_extras_that_exist() -> None:
    build, _ = _stages()
    asked = re.search(r'"\.\[([a-z,]+)\]"', build)
    assert asked is not None
    extras = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))["project"][
        "optional-dependencies"
    ]
    assert set(asked[1].split(",")) <= set(extras)
    assert "PIP_CONSTRAINT=/build/constraints.txt" in build
    assert (CHECKOUT / "constraints.txt").exists()


def test_the_service_runs_as_nobody_special_and_is_asked_for_its_health() -> None:
    image = _stages()[-1]
    user = re.search(r"(?m)^USER ([0-9]+)$", image)
    assert user is not None
    assert int(user[1]) > 0
    assert f"--uid {user[1]}" in image
    assert "/healthz" in image.partition("HEALTHCHECK")[2]
    assert 'ENTRYPOINT ["monitor"]\nCMD ["run"]' in image
