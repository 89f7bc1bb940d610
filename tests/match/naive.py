"""Rules evaluated the slow and obvious way, straight from their data: every term at every word, every choice tried.

Shares nothing with monitor.match but the folding of words. Articles must be made by `make_text`, which parts
sentences by ". " alone, so that this module needs no rules for them.
"""

from itertools import combinations, pairwise, permutations, product
from typing import Any

from monitor.model import Article
from monitor.text.fold import fold_words

Span = tuple[str, int, int]
# All inflected forms of the words that clauses here ask them of, in English.
FORMS = {"beta": ["beta", "betas"], "den": ["den", "dens"]}
DEFAULT = ["title", "standfirst", "body", "caption"]
EVERYWHERE = [*DEFAULT, "credit", "author", "url"]


class NaiveArticle:
    """The words of each field, and for each word its sentence and paragraph."""

    def __init__(self, article: Article) -> None:
        self.language = article.language
        self.day = (article.published or article.fetched_at).date()
        self.fields = article.fields()
        self.words = {path: fold_words(text) for path, text in self.fields.items()}
        self.displayed = {path: text.split() for path, text in self.fields.items()}
        self.units: dict[str, dict[str, list[Any]]] = {
            "words": {path: [path] * len(words) for path, words in self.words.items()},
            "sentence": {path: _number(text, ". ") for path, text in self.fields.items()},
            "paragraph": {path: _number(text, None) for path, text in self.fields.items()},
        }

    def allowed(self, path: str, position: int, scope: list[str]) -> bool:
        kind = path.rpartition(".")[2] if path.startswith("images") else path.partition("[")[0].removesuffix("s")
        if kind in scope:
            return True
        if "lead" in scope and (
            kind in ("title", "standfirst") or (kind == "body" and self.units["paragraph"][path][position] == 0)
        ):
            return True
        before = 0
        for name in ("title", "standfirst", "body"):
            if name == kind:
                return any(before + position < int(place.split()[1]) for place in scope if place.startswith("first"))
            before += len(self.words.get(name, []))
        return False


def _number(text: str, stop: str | None) -> list[int]:
    numbers = []
    number = 0
    for paragraph in text.split("\n\n"):
        for part in paragraph.split(stop) if stop else [paragraph]:
            numbers += [number] * len(fold_words(part))
            number += 1
    return numbers


def evaluate(
    clause: Any, article: NaiveArticle, vocabulary: dict[str, Any], scope: list[str] = DEFAULT
) -> set[Span] | None:
    """The mentions of a clause, or None when it does not hold."""
    if isinstance(clause, str):
        clause = {"text": clause}
    scope = clause.get("in", scope)
    found = _HEADS[next(key for key in _HEADS if key in clause)](clause, article, vocabulary, scope)
    if not found or "not_near" not in clause:
        return found
    excluded = [evaluate(part, article, vocabulary, EVERYWHERE) or set() for part in clause["not_near"]["of"]]
    others = set().union(*excluded)
    within = clause["not_near"]["within"]
    return {span for span in found if not any(_close(span, other, within, article) for other in others)} or None


def _terms(terms: list[tuple[Any, str | None]], article: NaiveArticle, scope: list[str]) -> set[Span] | None:
    found = set()
    for term, language in terms:
        options = term if isinstance(term, dict) else {"text": term}
        is_inflected = "forms" in options
        is_pattern = "*" in options["text"] or "?" in options["text"] or is_inflected
        wanted_language = language or ("en" if is_inflected else None)
        if is_pattern and wanted_language and article.language and wanted_language != article.language:
            continue
        is_exact = options.get("exact", False)
        wanted = options["text"].split() if is_exact else options["text"].casefold().split()
        for path, present in (article.displayed if is_exact else article.words).items():
            for start in range(len(present) - len(wanted) + 1):
                span = range(start, start + len(wanted))
                spoken = [present[place] for place in span]
                # A stop may follow what is displayed as written, but not stand in it.
                spoken[-1] = spoken[-1].removesuffix(".")
                fits = all(map(_is_form if is_inflected else _fits, wanted, spoken))
                if fits and all(article.allowed(path, place, scope) for place in span):
                    found.add((path, start, start + len(wanted)))
    return found or None


def _is_form(word: str, present: str) -> bool:
    return present in FORMS[word]


def _fits(pattern: str, word: str) -> bool:
    if pattern.endswith("*"):
        stem = pattern[:-1]
        return len(word) >= len(stem) and all(a in ("?", b) for a, b in zip(stem, word, strict=False))
    return len(word) == len(pattern) and all(a in ("?", b) for a, b in zip(pattern, word, strict=True))


def _flat(terms: Any) -> list[tuple[Any, str | None]]:
    if isinstance(terms, dict):
        return [(term, language) for language, listed in terms.items() for term in listed]
    return [(term, None) for term in terms]


def _text(clause: Any, article: NaiveArticle, vocabulary: Any, scope: list[str]) -> set[Span] | None:
    return _terms([(clause, None)], article, scope)


def _concept(clause: Any, article: NaiveArticle, vocabulary: Any, scope: list[str]) -> set[Span] | None:
    return _terms(_flat(vocabulary["concepts"][clause["concept"]]["terms"]), article, scope)


def _actor(clause: Any, article: NaiveArticle, vocabulary: Any, scope: list[str]) -> set[Span] | None:
    actors = vocabulary["actors"]
    include = clause.get("include", ["parts", "acts_for"])
    members = {clause["actor"]}
    if "parts" in include:
        members = _with_parts(clause["actor"], actors)
    if "acts_for" in include:
        wholes = set(members)
        for name, actor in actors.items():
            members |= {name for office in actor.get("acts_for", []) if _in_office(office, wholes, article)}
    found: set[Span] = set()
    for member in members:
        for name, language in _flat(actors[member]["names"]):
            spans = _terms([(name, language)], article, scope) or set()
            if "needs" in name:
                spans = {span for span in spans if _stands_apart(span, _named(name["needs"], article, actors))}
            if "unless" in name:
                spans = {span for span in spans if _named(name["unless"], article, actors) <= {span}}
            found |= spans
    return found or None


def _with_parts(actor: str, actors: Any) -> set[str]:
    members = {actor}
    for _ in actors:
        members |= {name for name, other in actors.items() if members & {other.get("part_of")}}
    return members


def _in_office(office: Any, wholes: set[str], article: NaiveArticle) -> bool:
    day = article.day.isoformat()
    return office["actor"] in wholes and office.get("from", "0001") <= day <= office.get("to", "9999-99")


def _named(others: list[str], article: NaiveArticle, actors: Any) -> set[Span]:
    """Where an actor is named by a name that depends on no other."""
    found: set[Span] = set()
    for other in others:
        for part in _with_parts(other, actors):
            for name, language in _flat(actors[part]["names"]):
                if not {"needs", "unless"} & set(name if isinstance(name, dict) else ()):
                    found |= _terms([(name, language)], article, DEFAULT) or set()
    return found


def _stands_apart(span: Span, others: set[Span]) -> bool:
    return any(other[0] != span[0] or other[2] <= span[1] or span[2] <= other[1] for other in others)


def _all(clause: Any, article: NaiveArticle, vocabulary: Any, scope: list[str]) -> set[Span] | None:
    found = [evaluate(part, article, vocabulary, scope) for part in clause["all"]]
    return None if None in found else set().union(*found)  # type: ignore[arg-type]  # no None is left


def _any(clause: Any, article: NaiveArticle, vocabulary: Any, scope: list[str]) -> set[Span] | None:
    found = [evaluate(part, article, vocabulary, scope) for part in clause["any"]]
    held = [spans for spans in found if spans is not None]
    return set().union(*held) if held else None


def _none(clause: Any, article: NaiveArticle, vocabulary: Any, scope: list[str]) -> set[Span] | None:
    found = [evaluate(part, article, vocabulary, scope) for part in clause["none"]]
    return set() if found == [None] * len(found) else None


def _near(clause: Any, article: NaiveArticle, vocabulary: Any, scope: list[str]) -> set[Span] | None:
    found = [evaluate(part, article, vocabulary, scope) for part in clause["near"]]
    if None in found:
        return None
    kept: set[Span] = set()
    orders = [range(len(found))] if clause.get("order") == "given" else list(permutations(range(len(found))))
    for choice in product(*(sorted(spans) for spans in found)):  # type: ignore[type-var, arg-type]  # no None is left
        if any(_is_chain([choice[place] for place in order], clause["within"], article) for order in orders):
            kept |= set(choice)
    return kept or None


def _is_chain(spans: list[Span], within: str, article: NaiveArticle) -> bool:
    return all(
        left[2] <= right[1] and left[0] == right[0] and _close(left, right, within, article)
        for left, right in pairwise(spans)
    )


def _close(one: Span, other: Span, within: str, article: NaiveArticle) -> bool:
    if one[0] != other[0]:
        return False
    if within in ("sentence", "paragraph"):
        unit = article.units[within][one[0]]
        return bool(unit[one[1]] == unit[other[1]])
    return max(other[1] - one[2], one[1] - other[2]) <= int(within.split()[0])


def _at_least(clause: Any, article: NaiveArticle, vocabulary: Any, scope: list[str]) -> set[Span] | None:
    found = [evaluate(part, article, vocabulary, scope) for part in clause["of"]]
    held = [spans for spans in found if spans is not None]
    return set().union(*held) if len(held) >= clause["at_least"] else None


def _times(clause: Any, article: NaiveArticle, vocabulary: Any, scope: list[str]) -> set[Span] | None:
    found = evaluate(clause["of"], article, vocabulary, scope) or set()
    for chosen in combinations(found, clause["times"]):
        if all(_stands_apart(one, {other}) for one, other in combinations(chosen, 2)):
            return found
    return None


def _score(clause: Any, article: NaiveArticle, vocabulary: Any, scope: list[str]) -> set[Span] | None:
    total, shown = add_up(clause, article, vocabulary, scope)
    return shown if total >= clause["at_least"] else None


def add_up(clause: Any, article: NaiveArticle, vocabulary: Any, scope: list[str] = DEFAULT) -> tuple[int, set[Span]]:
    """The points of a score, and the mentions that speak for it."""
    total = 0
    shown: set[Span] = set()
    for part in clause["score"]:
        points = part.get("points", 1) if isinstance(part, dict) else 1
        found = evaluate(part, article, vocabulary, scope)
        if found is not None:
            total += points
            shown |= found if points > 0 else set()
    return total, shown


_HEADS = {
    "score": _score, "text": _text, "concept": _concept, "actor": _actor, "all": _all, "any": _any, "none": _none,
    "near": _near, "at_least": _at_least, "times": _times,
}  # fmt: skip
