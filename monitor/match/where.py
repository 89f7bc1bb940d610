"""Which articles a rule looks at, apart from what they say."""

from dataclasses import dataclass

from monitor.match.later import LATER_WHERE, refuse_later
from monitor.match.nodes import Node
from monitor.match.view import ArticleView, primary_language


@dataclass(frozen=True, slots=True)
class Where:
    """The languages of a rule; none means all. An article of unknown language passes."""

    languages: tuple[str, ...] = ()

    def find_refusal(self, view: ArticleView) -> str | None:
        """The filter that keeps an article out, or None when it passes."""
        if self.languages and view.language is not None and view.language not in self.languages:
            return "language"
        return None

    def describe(self) -> str:
        """The filters in words."""
        return f"language {' or '.join(self.languages)}" if self.languages else "any article"


def read_where(node: Node) -> Where:
    """The filters with what of them could be read."""
    if refuse_later(node, LATER_WHERE):
        return Where()
    parts = node.read_mapping(("language",), "filter")
    if "language" not in parts:
        return Where()
    found = [
        language.read_text("a language code") for language in parts["language"].read_one_or_more("a list of languages")
    ]
    return Where(tuple(dict.fromkeys(primary_language(language) for language in found if language)))
