"""Random articles, vocabularies and clauses over a handful of words, small enough that things meet."""

from datetime import UTC, date, datetime
from typing import Any

from hypothesis import strategies as st

from monitor.model import Article, Image
from tests.builders import make_article

WORDS = ["alpha", "alphabet", "beta", "betas", "gamma", "gamut", "delta", "den", "dens", "the"]
PATTERNS = [
    "alph*",
    "beta*",
    "gam*",
    "gam?t",
    "del?a",
    "den*",
    "bet?*",
    "alpha beta",
    "the gam*",
    "beta beta",
    "den the alpha",
]
PLACES = ["title", "standfirst", "lead", "caption", "credit", "body", "author", "url", "first 3 words", "first 7 words"]
VOCABULARY: dict[str, Any] = {
    "actors": {
        "republic": {"kind": "state", "names": {"en": ["alpha", "alphabet*"], "ru": ["gam*"]}},
        "capital": {"kind": "place", "part_of": "republic", "names": ["beta"]},
        "suburb": {"kind": "place", "part_of": "capital", "names": ["den the"]},
        "leader": {
            "kind": "person",
            "names": [{"text": "delta", "needs": ["republic"]}, "the delta"],
            "acts_for": [{"actor": "republic", "from": "2020-01-01", "to": "2022-12-31"}],
        },
        "heir": {
            "kind": "person",
            "names": [{"text": "gamma", "needs": ["leader", "suburb"]}],
            "acts_for": [{"actor": "republic", "from": "2023-01-01"}, {"actor": "capital", "to": "2019-12-31"}],
        },
        "rival": {
            "kind": "organisation",
            "names": [{"text": "gamma", "unless": ["capital"]}, {"text": "Den", "exact": True, "unless": ["suburb"]}],
        },
        "double": {
            "kind": "organisation",
            "names": {"en": [{"text": "beta", "forms": "inflected", "needs": ["rival", "leader"], "unless": ["heir"]}]},
        },
        "namesake": {"kind": "place", "names": ["gamma", {"text": "gamma", "unless": ["namesake"]}]},
    },
    "concepts": {
        "plain": {"terms": ["alpha", "alpha beta", "gam?t"]},
        "bound": {"terms": {"en": ["beta*", "delta"], "ru": ["alph*", "the den"]}},
        "wordings": {"terms": {"en": [{"text": "the den", "exact": True}, {"text": "beta", "forms": "inflected"}]}},
    },
}

_words = st.lists(st.sampled_from(WORDS), min_size=2, max_size=7).map(lambda words: " ".join(words).capitalize())
_paragraphs = st.lists(_words, min_size=1, max_size=3).map(". ".join)
texts = st.lists(_paragraphs, min_size=1, max_size=3).map("\n\n".join)
_maybe = st.none() | _words


@st.composite
def articles(draw: st.DrawFn) -> Article:
    day = draw(st.none() | st.dates(date(2019, 6, 1), date(2023, 6, 30)))
    return make_article(
        draw(st.one_of(texts, texts, texts, st.none())),
        title=draw(_maybe),
        standfirst=draw(_maybe),
        images=(Image(caption=draw(_maybe), credit=draw(_maybe)),) if draw(st.booleans()) else (),
        authors=tuple(draw(st.lists(_words, max_size=1))),
        url=draw(_maybe),
        language=draw(st.sampled_from([None, "en", "ru"])),
        published=datetime(day.year, day.month, day.day, tzinfo=UTC) if day else None,
        key="k",
    )


_within = st.sampled_from(["0 words", "1 word", "3 words", "sentence", "paragraph"])
_scopes = st.lists(st.sampled_from(PLACES), min_size=1, max_size=3, unique=True)
_actors = st.sampled_from(sorted(VOCABULARY["actors"]))
_wordings = st.sampled_from(
    [
        {"text": "Alpha", "exact": True},
        {"text": "the Gamut", "exact": True},
        {"text": "den the", "exact": True},
        {"text": "beta", "forms": "inflected"},
        {"text": "den beta", "forms": "inflected"},
    ]
)
_leaves = (
    st.sampled_from(WORDS + PATTERNS)
    | _wordings
    | st.sampled_from(WORDS + PATTERNS).map(lambda text: {"text": text})
    | st.sampled_from(sorted(VOCABULARY["concepts"])).map(lambda name: {"concept": name})
    | _actors.map(lambda name: {"actor": name})
    | st.builds(
        lambda name, include: {"actor": name, "include": include},
        _actors,
        st.sampled_from([[], ["parts"], ["acts_for"], ["parts", "acts_for"]]),
    )
)


@st.composite
def _modified(draw: st.DrawFn, clause: Any) -> Any:
    mapping = dict(_as_mapping(clause))
    if draw(st.booleans()):
        mapping["in"] = draw(_scopes)
    if draw(st.booleans()):
        mapping["not_near"] = {"of": draw(st.lists(_leaves, min_size=1, max_size=2)), "within": draw(_within)}
    return mapping


def _compound(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    several = st.lists(inner, min_size=1, max_size=3)
    nears = st.builds(
        lambda near, within, order: {"near": near, "within": within, "order": order},
        st.lists(inner, min_size=2, max_size=3),
        _within,
        st.sampled_from(["any", "given"]),
    )
    counted = st.builds(
        lambda parts, least: {"at_least": min(least, len(parts)), "of": parts}, several, st.integers(1, 3)
    ) | st.builds(lambda part, least: {"times": least, "of": part}, inner, st.integers(1, 3))
    plain = (
        several.map(lambda parts: {"all": parts})
        | several.map(lambda parts: {"any": parts})
        | nears
        | counted
        | _scores(inner)
    )
    with_absence = st.builds(lambda parts, none: {"all": [*parts, {"none": none}]}, several, several)
    return plain | with_absence | plain.flatmap(_modified)


@st.composite
def _scores(draw: st.DrawFn, inner: st.SearchStrategy[Any]) -> Any:
    """Up to four clauses, some of them absences, none of which suffices to reach the threshold without a word."""
    parts = draw(st.lists(inner, min_size=1, max_size=3))
    score = [_with_points(part, draw(st.sampled_from([None, 1, 2, 3]))) for part in parts]
    most = sum(part.get("points", 1) if isinstance(part, dict) else 1 for part in score)
    least = draw(st.integers(1, most))
    if draw(st.booleans()):
        score.append(_with_points(draw(inner), draw(st.sampled_from([-2, -1]))))
    if draw(st.booleans()):
        score.append({"none": [draw(inner)], "points": draw(st.integers(-2, min(2, least - 1)).filter(bool))})
    return {"score": score, "at_least": least}


def _with_points(clause: Any, points: int | None) -> Any:
    if points is None:
        return clause
    return {**_as_mapping(clause), "points": points}


clauses = st.recursive(_leaves | _leaves.flatmap(_modified), _compound, max_leaves=6)
scores = _scores(clauses)


@st.composite
def conjunctions(draw: st.DrawFn) -> Any:
    """What most rules are: of each of several lists one, of others none, nested here and there."""
    lookups = _leaves | st.builds(lambda leaf, places: {**_as_mapping(leaf), "in": places}, _leaves, _scopes)
    lists = st.lists(lookups, min_size=1, max_size=4)
    groups = (
        lookups | lists.map(lambda parts: {"any": parts}) | lists.map(lambda parts: {"any": ["the", {"any": parts}]})
    )
    parts = draw(st.lists(groups, min_size=1, max_size=4))
    if draw(st.booleans()):
        parts.append({"none": draw(lists)})
    if draw(st.booleans()):
        parts.append({"all": draw(st.lists(groups, min_size=1, max_size=2))})
    return {"all": parts}


_PHRASES = [f"{one} {other}" for one in WORDS[:5] for other in [*WORDS[:5], "gam*"]]
_short_lists = st.lists(st.sampled_from(WORDS + PATTERNS + _PHRASES), min_size=1, max_size=3)


@st.composite
def many_conjunctions(draw: st.DrawFn) -> list[Any]:
    """Each of some lists of words and word pairs with each of others: dozens that one article makes candidates."""
    names = draw(st.lists(_short_lists, min_size=1, max_size=6))
    topics = draw(st.lists(_short_lists, min_size=1, max_size=6))
    unwanted = draw(st.none() | _short_lists)
    absences = [] if unwanted is None else [{"none": unwanted}]
    return [{"all": [{"any": name}, {"any": topic}, *absences]} for name in names for topic in topics]


@st.composite
def repetitive_articles(draw: st.DrawFn) -> Article:
    """Some say one word, or two by turns, more often than a clause shows."""
    repeated = draw(st.lists(st.sampled_from(WORDS[:5]), min_size=1, max_size=2))
    times = draw(st.sampled_from([1, 50, 99, 101, 120]))
    return make_article(f"{draw(texts)} {' '.join(repeated * times)} {draw(texts)}", title=draw(_maybe), key="k")


def _as_mapping(leaf: Any) -> Any:
    return {"text": leaf} if isinstance(leaf, str) else leaf
