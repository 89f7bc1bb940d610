"""How well stories are told apart: sixty articles about fifteen events in four languages, labelled by hand.

Several events share a place and its people (a flood and an election in one town, a strike and an accident in one
port). The floor is pinned with the hash of the sample: who changes the sample measures anew.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from monitor.model import Article
from monitor.story.index import StoryIndex
from monitor.story.stories import place_alone
from tests.builders import NOON, make_article

SAMPLE = Path(__file__).with_name("stories.txt")
SAMPLE_HASH = "44bc7f9752a577f8"
PRECISION, RECALL = 0.99, 0.94


def read_sample(text: str) -> list[tuple[str, Article]]:
    """Each article with the event that it reports, in the order of time."""
    labelled = []
    for number, block in enumerate(text.split("# ")[1:]):
        head, body = block.strip().split("\n", 1)
        event, language, hours, title = (part.strip() for part in head.split("|"))
        at = NOON + timedelta(hours=int(hours))
        article = make_article(body.strip(), key=f"{number:02}", title=title, language=language, fetched_at=at)
        labelled.append((event, article))
    return sorted(labelled, key=lambda each: (each[1].fetched_at, each[1].id))


def tell(labelled: Sequence[tuple[str, Article]]) -> dict[str, str]:
    """The story of each article, placed one after the other into an empty index."""
    index = StoryIndex()
    return {article.id: place_alone(article, index).story for _, article in labelled}


def b_cubed(events: Mapping[str, str], stories: Mapping[str, str]) -> tuple[float, float]:
    """Precision and recall: of an article's story, and of its event, the part that is rightly together, on average."""
    together = {
        one: (
            {other for other in stories if stories[other] == stories[one]},
            {other for other in events if events[other] == events[one]},
        )
        for one in events
    }
    precision = sum(len(story & event) / len(story) for story, event in together.values()) / len(together)
    recall = sum(len(story & event) / len(event) for story, event in together.values()) / len(together)
    return precision, recall


def test_the_sample_is_the_one_that_was_measured() -> None:
    assert sha256(SAMPLE.read_bytes()).hexdigest()[:16] == SAMPLE_HASH, "measure anew, and pin the floors and the hash"
    labelled = read_sample(SAMPLE.read_text(encoding="utf-8"))
    assert (len(labelled), len({event for event, _ in labelled})) == (60, 15)
    assert len({article.language for _, article in labelled}) == 4


def test_stories_are_told_apart_as_well_as_when_the_threshold_was_chosen() -> None:
    labelled = read_sample(SAMPLE.read_text(encoding="utf-8"))
    precision, recall = b_cubed({article.id: event for event, article in labelled}, tell(labelled))
    assert precision >= PRECISION
    assert recall >= RECALL


def test_b_cubed_of_the_labels_themselves_is_perfect_and_of_one_heap_is_not() -> None:
    events = {"a": "x", "b": "x", "c": "y"}
    assert b_cubed(events, events) == (1.0, 1.0)
    assert b_cubed(events, dict.fromkeys(events, "heap")) == (pytest.approx(5 / 9), 1.0)
