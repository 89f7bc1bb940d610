"""Why a rule holds for an article, or does not: as a tree for a terminal, and as JSON."""

from typing import Any

from rich.console import Console, Group
from rich.padding import Padding
from rich.text import Text
from rich.tree import Tree

from monitor.cli.drawing import excerpt_text
from monitor.cli.options import printable
from monitor.match.explain import Explanation, find_nearest_failure
from monitor.model import Article, Mention
from monitor.render.documents import mention_document
from monitor.render.highlight import excerpts_of, some_of_each

_WORDS = 4
_QUERY = ".query:"
_LONGEST = 160
# Clauses of a list that are drawn, and of a longer list those that do not hold.
_MOST_PARTS = 24
_MOST_FAILED = 6


def draw_explanation(out: Console, explanation: Explanation, article: Article) -> None:
    """A tree of the rule's clauses, each true or false with its words and a sentence, and for a miss whom to blame."""
    tree = Tree(_label(explanation, ""), guide_style="dim")
    for part in explanation.parts:
        _grow(tree, part, article, parent="")
    out.print(tree)
    failure = find_nearest_failure(explanation)
    if failure is not None:
        line = Text("nearest to a match: ", style="dim")
        line.append(f"{failure.clause} does not hold: ", style="not dim bold red")
        line.append(_cut(failure.description), style="not dim")
        out.print(Padding(line, (0, 0, 0, 2), expand=False))
    out.print()


def explanation_document(explanation: Explanation, article: Article) -> dict[str, Any]:
    """One rule with its clauses, and for a miss the clause to blame."""
    failure = find_nearest_failure(explanation)
    nearest = None if failure is None else {"clause": failure.clause, "description": failure.description}
    return {
        "rule": explanation.clause,
        "title": explanation.description,
        "holds": explanation.holds,
        "nearest": nearest,
        "clauses": [_clause_document(part, article) for part in explanation.parts],
    }


def _clause_document(explanation: Explanation, article: Article) -> dict[str, Any]:
    mentions = some_of_each(explanation.mentions)
    return {
        "clause": explanation.clause,
        "description": explanation.description,
        "result": explanation.label,
        "holds": explanation.holds,
        "needed": explanation.needed,
        "unwanted": explanation.unwanted,
        "sentence": next((excerpt.text for excerpt in excerpts_of(article, mentions, limit=1)), None),
        "mentions": [] if explanation.parts else [mention_document(mention) for mention in mentions],
        "clauses": [_clause_document(part, article) for part in explanation.parts],
    }


def _grow(tree: Tree, explanation: Explanation, article: Article, *, parent: str) -> None:
    label = _label(explanation, parent)
    if explanation.parts:
        branch = tree.add(label)
        shown = _choose(explanation.parts)
        for part in shown:
            _grow(branch, part, article, parent=explanation.clause)
        if len(shown) < len(explanation.parts):
            branch.add(Text(_count_rest(explanation.parts, shown), style="dim"))
        return
    label.append(_words_of(explanation.mentions))
    sentences = excerpts_of(article, explanation.mentions, limit=1)
    # Indented below its clause, whatever the width.
    tree.add(Group(label, *(Padding(excerpt_text(sentence), (0, 0, 0, 4), expand=False) for sentence in sentences)))


def _choose(parts: tuple[Explanation, ...]) -> tuple[Explanation, ...]:
    """All of a few; of many, those that hold and the first few that do not, in their order."""
    if len(parts) <= _MOST_PARTS:
        return parts
    left = {True: _MOST_PARTS, False: _MOST_FAILED}
    shown = []
    for part in parts:
        if left[part.holds]:
            left[part.holds] -= 1
            shown.append(part)
    return tuple(shown)


def _count_rest(parts: tuple[Explanation, ...], shown: tuple[Explanation, ...]) -> str:
    rest = len(parts) - len(shown)
    holding = sum(part.holds for part in parts) - sum(part.holds for part in shown)
    return f"… and {rest:,} more, {f'{holding:,} of which hold' if holding else 'none of which holds'}"


def _label(explanation: Explanation, parent: str) -> Text:
    """The clause by its place within the one around it."""
    mark, style = _mark_of(explanation)
    place = explanation.clause.removeprefix(parent).lstrip(".")
    if place and _QUERY in parent:  # its clauses are told apart by the columns at which they begin
        place = "query:" + explanation.clause.rpartition(_QUERY)[2]
    label = Text(f"{mark} ", style=style)
    label.append(f"{printable(place)}  " if place else "", style="bold")
    label.append(_cut(explanation.label), style="default")
    return label


def _mark_of(explanation: Explanation) -> tuple[str, str]:
    """What an exclusion does not find is as it should be, and what it finds is worth a look."""
    if explanation.unwanted:
        return ("!", "bold yellow") if explanation.holds else ("–", "dim")
    if explanation.holds:
        return "✓", "green"
    return "✗", "red" if explanation.needed else "dim red"


def _words_of(mentions: tuple[Mention, ...]) -> Text:
    """The different words that were found, each once."""
    words = list(dict.fromkeys(mention.text for mention in mentions))
    text = Text("  ", style="yellow")
    text.append(printable(", ".join(words[:_WORDS])))
    if len(words) > _WORDS:
        text.append(f" and {len(words) - _WORDS} more")
    return text if words else Text()


def _cut(text: str) -> str:
    shown = printable(text)
    return shown if len(shown) <= _LONGEST else f"{shown[: _LONGEST - 1].rstrip()}…"
