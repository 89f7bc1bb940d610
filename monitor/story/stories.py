"""Which story an article tells.

Two articles tell one story when their text is the same, whatever their headlines: a wire report that many papers run.
Still to come: copies that were shortened or reworded (shingles contained in one another), other reports of the same
event (clusters), and corrections of an earlier article. Each adds a way to find a known story; the id stays what it
is here, that of the story's first article, and is never computed again.
"""

from collections.abc import Mapping, Sequence

from monitor.model import Article, ArticleId, StoryId
from monitor.text.fingerprint import fingerprint_of

# Of articles without a word of text, such as a picture with a caption: equal, and yet no sign of the same story.
_NO_TEXT = fingerprint_of(None, None, None)


def assign_stories(articles: Sequence[Article], known: Mapping[str, StoryId]) -> Mapping[ArticleId, StoryId]:
    """The story of each article; `known` gives the stories already told, by fingerprint.

    A new story takes the id of the article that was fetched first, of several the one that stands first in `articles`.
    """
    told = {fingerprint: story for fingerprint, story in known.items() if fingerprint != _NO_TEXT}
    stories: dict[ArticleId, StoryId] = {}
    for article in sorted(articles, key=lambda each: each.fetched_at):
        own = StoryId(article.id)
        stories[article.id] = own if article.fingerprint == _NO_TEXT else told.setdefault(article.fingerprint, own)
    return stories
