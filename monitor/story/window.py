"""How far apart in time two articles of one story may be."""

from datetime import datetime, timedelta

from monitor.model import Article

WINDOW = timedelta(hours=72)
"""The longest silence within a story: what comes later is a new story."""

LONGEST = timedelta(days=14)
"""From the first to the last article of a story: a war does not stay one story for years."""


def told_at(article: Article) -> datetime:
    """When an article was published; fetched, where that is not known."""
    return article.published or article.fetched_at


def is_near(first_at: datetime, last_at: datetime, at: datetime) -> bool:
    """Whether an article of that moment may join what was told from the first to the last."""
    begins, ends = min(first_at, at), max(last_at, at)
    return first_at - WINDOW <= at <= last_at + WINDOW and ends - begins <= LONGEST


def gap_between(first_at: datetime, last_at: datetime, at: datetime) -> timedelta:
    """From what was told from the first to the last to an article of that moment; nothing when it lies between."""
    return max(first_at - at, at - last_at, timedelta(0))
