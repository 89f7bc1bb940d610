"""Daily digests over real rows while the clocks of twelve and more zones change: each once, with what came before."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from monitor.model import Daily, Digest
from monitor.store.engines import sqlite_url
from tests.pipeline.stage import Stage, on_stage, titles
from tests.route.test_windows import YEARS, expected_windows
from tests.route.values import ANA, SUBSCRIBERS, make_route

_AWKWARD = time(2, 30)  # skipped and repeated in many zones
_AROUND, _BETWEEN_STORIES = timedelta(hours=36), timedelta(hours=9)


def _changes_of(zone: ZoneInfo, year: int) -> list[datetime]:
    """The hours in which the clock of a zone changed; the beginning of the year where it never did."""
    begin = datetime(year, 1, 1, tzinfo=UTC)
    hours = [begin + timedelta(hours=hour) for hour in range(24 * 365)]
    moved = [
        later
        for earlier, later in pairwise(hours)
        if earlier.astimezone(zone).utcoffset() != later.astimezone(zone).utcoffset()
    ]
    return moved or [begin + timedelta(days=7)]


async def _live_through(stage: Stage, end: datetime) -> tuple[dict[str, datetime], list[tuple[datetime, Digest]]]:
    """A story every nine hours; when each came, and every digest with the moment at which it went."""
    came: dict[str, datetime] = {}
    went: list[tuple[datetime, Digest]] = []
    while stage.now < end:
        (article,) = await stage.match(f"story {len(came)}")
        came[article.title or ""] = stage.now
        went += await stage.run_until(min(stage.now + _BETWEEN_STORIES, end))
    return came, went


@pytest.mark.parametrize(("zone_name", "year"), YEARS)
def test_each_story_comes_once_with_the_first_daily_digest_after_it_while_clocks_change(
    zone_name: str, year: int, tmp_path: Path
) -> None:
    zone = ZoneInfo(zone_name)
    reader = replace(SUBSCRIBERS[ANA], timezone=zone)
    windows = sorted(expected_windows(zone, year, [_AWKWARD]))
    for number, change in enumerate(_changes_of(zone, year)):
        begin, end = change - _AROUND, change + _AROUND
        came, went = on_stage(
            sqlite_url(tmp_path / f"{number}.sqlite3"),
            lambda stage, end=end: _live_through(stage, end),
            make_route(ANA, send=Daily(_AWKWARD)),
            now=begin,
            subscribers=[reader],
        )
        assert [at for at, _ in went] == [window for window in windows if begin < window <= end]
        told = {title: at for at, digest in went for title in titles(digest)}
        assert sum(len(digest.stories) for _, digest in went) == len(told), "none twice"
        expected = {title: next(window for window in windows if window > at) for title, at in came.items()}
        assert told == {title: at for title, at in expected.items() if at <= end}
