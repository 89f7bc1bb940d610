from datetime import timedelta

import pytest

from monitor.net.freshness import find_max_age
from tests.builders import NOON

DATE = "Mon, 02 Mar 2026 12:00:00 GMT"


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"Cache-Control": "max-age=600"}, 600),
        ({"Cache-Control": "public, MAX-AGE = 60, s-maxage=90"}, 90),
        ({"Cache-Control": "max-age=0"}, None),
        ({"Cache-Control": "no-cache, max-age=600"}, None),
        ({"Cache-Control": "max-age=soon"}, None),
        ({"Cache-Control": "x-max-age=600"}, None),
        ({"Cache-Control": "private", "Expires": "Mon, 02 Mar 2026 13:00:00 GMT", "Date": DATE}, None),
        ({"Expires": "Mon, 02 Mar 2026 13:00:00 GMT", "Date": DATE}, 3600),
        ({"Expires": "Mon, 02 Mar 2026 11:00:00 GMT", "Date": DATE}, None),
        ({"Expires": "0"}, None),
        ({"Expires": "-1", "Date": "yesterday"}, None),
    ],
)
def test_an_answer_is_fresh_as_long_as_its_server_says(headers: dict[str, str], seconds: int | None) -> None:
    found = find_max_age(headers, NOON)
    assert found == (None if seconds is None else timedelta(seconds=seconds))
