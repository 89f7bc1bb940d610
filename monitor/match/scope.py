"""Where in an article a clause looks: the names that `in` takes."""

import re
from typing import NamedTuple

FIELD_KINDS = ("title", "standfirst", "caption", "credit", "body", "author", "url")
PLACES = (*FIELD_KINDS, "lead")
# What an article says in its own words, in the order in which its first words are counted.
RUNNING_TEXT = ("title", "standfirst", "body")
_FIRST_WORDS = re.compile(r"first ([1-9][0-9]{0,5}) words?")


class Scope(NamedTuple):
    """Fields by kind, with `lead` for title, standfirst and first paragraph, and the first so many words."""

    places: frozenset[str]
    first_words: int = 0

    def __str__(self) -> str:
        words = [f"first {self.first_words} words"] if self.first_words else []
        return ", ".join([place for place in PLACES if place in self.places] + words)


DEFAULT_SCOPE = Scope(frozenset({"title", "standfirst", "body", "caption"}))
WHOLE_ARTICLE = Scope(frozenset(FIELD_KINDS))


def parse_first_words(place: str) -> int | None:
    """N of "first N words"; None when it is no such thing."""
    found = _FIRST_WORDS.fullmatch(place)
    return int(found.group(1)) if found else None


def kind_of_field(path: str) -> str:
    """The kind of a field by its path: "images[0].caption" is a caption, "authors[1]" an author."""
    if path.startswith("images["):
        return path.rpartition(".")[2]
    return "author" if path.startswith("authors[") else path
