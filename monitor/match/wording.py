"""How one term stands in a rule file: a text, or a mapping with `text` and what is said of its wording."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from monitor.match.nodes import Node
from monitor.match.terms import Inflections, Term, TermError, parse_exact, parse_inflected, parse_term, split_words
from monitor.text.inflection import guess_language

TERM_OPTIONS = ("exact", "forms")
FORMS = ("inflected",)
# Where it would be a wildcard; the question mark at the end of "Guess?" may belong to the name.
_WILDCARD = re.compile(r"\w\*(?!\S)|\w\?\w")


class TermReader:
    """Reads the terms of one set of rule files, whose values are given so that each dictionary is read once."""

    def __init__(self, values: Iterable[Any] = ()) -> None:
        self._inflections = Inflections(frozenset(word for value in values for word in iter_inflected(value)))

    def read(self, node: Node, languages: Sequence[str] = ()) -> tuple[Term, ...]:
        """The term at a node, in each of the languages if it depends on them; empty with its problems reported.

        `languages` are those it stands under, or that the rule around it looks at.
        """
        if isinstance(node.value, dict):
            parts = node.read_mapping(("text", *TERM_OPTIONS), needs=("text",))
            return self.read_parts(parts["text"], parts, languages) if "text" in parts else ()
        return self.read_parts(node, {}, languages)

    def read_parts(self, text: Node, parts: Mapping[str, Node], languages: Sequence[str] = ()) -> tuple[Term, ...]:
        """The same where text and options have been told apart already."""
        written = text.read_text("a term")
        is_exact = bool("exact" in parts and parts["exact"].read_flag())
        forms = parts["forms"].read_choice(FORMS) if "forms" in parts else None
        if written is None:
            return ()
        if is_exact and forms:
            parts["forms"].report('"exact" and "forms" contradict each other: one is as written, the other is not')
            return ()
        try:
            if is_exact:
                _warn_of_wildcards(text, written)
                return (parse_exact(written),)
            if forms:
                return tuple(self._inflect(text, written, languages))
            return tuple(parse_term(written, language) for language in languages[:1] or (None,))
        except TermError as error:
            text.report(str(error))
            return ()

    def _inflect(self, node: Node, written: str, languages: Sequence[str]) -> Iterator[Term]:
        for language in languages or (guess_language(written.strip()),):
            term = parse_inflected(written, language, self._inflections)
            if not term.is_pattern:
                node.report(f'no inflected forms of "{written}" are known in "{language}"', warning=True)
            yield term


def _warn_of_wildcards(node: Node, written: str) -> None:
    if _WILDCARD.search(written):
        node.report(
            f'"{written}" is looked for exactly as written, "*" and "?" too; for other words, leave out "exact: true"',
            warning=True,
        )


def iter_inflected(value: Any) -> Iterator[str]:
    """Every word of every term below a value that asks for its forms."""
    if isinstance(value, dict):
        if value.get("forms") in FORMS and isinstance(value.get("text"), str):
            yield from split_words(value["text"])
        for part in value.values():
            yield from iter_inflected(part)
    elif isinstance(value, list):
        for part in value:
            yield from iter_inflected(part)
