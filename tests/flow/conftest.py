"""The databases that the whole service is tested on."""

import pytest


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def service_database(request: pytest.FixtureRequest) -> str:
    """The `database` setting: a file below the data directory, or a fresh PostgreSQL database."""
    if request.param == "sqlite":
        return "sqlite"
    url: str = request.getfixturevalue("postgres_url")
    return url
