"""What each clause means, by examples: a rule's match, a text, and whether it holds."""

import json
from datetime import UTC, datetime
from typing import Any, Literal
from unicodedata import normalize

import pytest

from monitor.match.matcher import RuleMatcher
from monitor.match.rules import load_rules
from monitor.model import Article, Image, Mention
from tests.builders import make_article

_DEFINITIONS: dict[str, Any] = {
    "actors": {
        "freedonia": {"kind": "state", "names": {"en": ["Freedonia", "Freedonian*"], "ru": ["фридони*"]}},
        "fredville": {"kind": "place", "part_of": "freedonia", "metonym": True, "names": ["Fredville"]},
        "harbour": {"kind": "place", "part_of": "fredville", "names": ["Old Harbour"]},
        "firefly": {
            "kind": "person",
            "names": ["Rufus Firefly", {"text": "Firefly", "needs": ["freedonia"]}],
            "acts_for": [{"actor": "freedonia", "role": "leader", "from": "2020-01-01", "to": "2022-12-31"}],
        },
        "ruby": {"kind": "organisation", "names": [{"text": "Ruby", "unless": ["freedonia", "ruby-ridge"]}]},
        "ruby-ridge": {"kind": "place", "names": ["Ruby Ridge"]},
    },
    "concepts": {
        "strike": {"terms": {"en": ["strike*", "walkout"], "tr": ["grev*"]}},
        "plain": ["lock-out"],
        "war": {"terms": {"de": [{"text": "Krieg", "forms": "inflected"}]}},
    },
}


def _mentions(match: Any, article: Article) -> tuple[Mention, ...] | None:
    rule_set = load_rules([("r.json", json.dumps({**_DEFINITIONS, "rules": {"r": {"match": match}}}))])
    assert [str(problem) for problem in rule_set.problems] == []
    matches = RuleMatcher(rule_set).match(article).matches
    return matches[0].mentions if matches else None


def _holds(match: Any, body: str, **fields: Any) -> bool:
    return _mentions(match, make_article(body, **fields)) is not None


@pytest.mark.parametrize(
    ("term", "text", "expected"),
    [
        ("use of force", "The USE of\u00a0force’s price", True),
        ("use of force", "the use of the force", False),
        ("Nagorno-Karabakh", "nagorno karabakh", True),
        ("cafe", "a Café", True),
        ("threat*", "threat", True),
        ("threat*", "threatened", True),
        ("threat*", "athreat", False),
        ("threat* to use force", "threatens to use force", True),
        ("wom?n", "women", True),
        ("wom?n", "womn", False),
        ("wom?n*", "womanly", True),
        ("Sons-in-law*", "his sons in law", True),
        ("北京", "他在北京工作", True),
        ("北京", "北方 京", False),
        ("one two", "one. Two", True),
    ],
)
def test_a_term_is_found_as_folded(term: str, text: str, expected: bool) -> None:
    assert _holds(term, text) is expected


def test_a_phrase_never_runs_from_one_field_into_the_next() -> None:
    assert not _holds("use force", "force was used", title="In use")
    assert not _holds({"near": ["use", "force"], "within": "5 words"}, "force", title="use")


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [("Strikes spread", "en", True), ("Strikes", "en-GB", True), ("strikes", None, True), ("strikes", "tr", False),
     ("walkout", "tr", True), ("grevde", "tr", True), ("grevde", "en", False)],
)  # fmt: skip
def test_plain_terms_hold_everywhere_and_patterns_in_their_language(
    text: str, language: str | None, expected: bool
) -> None:
    assert _holds({"concept": "strike"}, text, language=language) is expected


@pytest.mark.parametrize(
    ("include", "text", "expected"),
    [
        (None, "Old Harbour is open", True),
        (None, "Rufus Firefly spoke", True),
        (["parts"], "Rufus Firefly spoke", False),
        (["acts_for"], "Old Harbour is open", False),
        (["acts_for"], "Rufus Firefly spoke", True),
        ([], "Fredville and Rufus Firefly", False),
        ([], "Freedonians", True),
    ],
)
def test_an_actor_is_named_by_itself_its_parts_and_who_acts_for_it(
    include: list[str] | None, text: str, expected: bool
) -> None:
    clause: dict[str, Any] = {"actor": "freedonia"} | ({} if include is None else {"include": include})
    assert _holds(clause, text, published=datetime(2021, 5, 1, tzinfo=UTC)) is expected


@pytest.mark.parametrize(
    ("day", "expected"),
    [((2019, 12, 31), False), ((2020, 1, 1), True), ((2022, 12, 31), True), ((2023, 1, 1), False)],
)
def test_who_acts_for_an_actor_depends_on_the_day_of_the_article(day: tuple[int, int, int], expected: bool) -> None:
    clause = {"actor": "freedonia"}
    moment = datetime(*day, 23, 59, tzinfo=UTC)
    assert _holds(clause, "Rufus Firefly spoke", published=moment) is expected
    assert _holds(clause, "Rufus Firefly spoke", fetched_at=moment) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Firefly spoke", False),
        ("Firefly spoke in Freedonia", True),
        ("Firefly spoke at the Old Harbour", True),
        ("Rufus Firefly spoke", True),
    ],
)
def test_a_name_that_needs_another_counts_only_beside_it(text: str, expected: bool) -> None:
    assert _holds({"actor": "firefly"}, text) is expected


@pytest.mark.parametrize(
    ("near", "text", "expected"),
    [
        ({"within": "0 words"}, "alpha beta", True),
        ({"within": "0 words"}, "alpha and beta", False),
        ({"within": "2 words"}, "beta one two alpha", True),
        ({"within": "2 words"}, "beta one two three alpha", False),
        ({"within": "2 words", "order": "given"}, "beta alpha", False),
        ({"within": "2 words"}, "One alpha. Beta", True),
        ({"within": "sentence"}, "One alpha. Beta", False),
        ({"within": "sentence"}, "The U.S. alpha met Mr. Beta", True),
        ({"within": "paragraph"}, "One alpha. Beta", True),
        ({"within": "paragraph"}, "One alpha\n\nBeta", False),
    ],
)
def test_near_counts_the_words_between_or_asks_for_one_sentence_or_paragraph(
    near: dict[str, str], text: str, expected: bool
) -> None:
    assert _holds({"near": ["alpha", "beta"], **near}, text) is expected


def test_no_word_serves_two_clauses_of_a_near() -> None:
    clause = {"near": ["alpha", "alph*"], "within": "5 words"}
    assert not _holds(clause, "one alpha alone")
    assert _holds(clause, "one alpha and alphabet")


def test_near_shows_only_the_mentions_that_stand_together() -> None:
    found = _mentions(
        {"near": ["alpha", "beta"], "within": "1 word"}, make_article("alpha x y z alpha beta x y z beta")
    )
    assert [(mention.start, mention.text) for mention in found or ()] == [(12, "alpha"), (18, "beta")]


def test_not_near_drops_mentions_and_not_the_article() -> None:
    clause = {"text": "force", "not_near": {"words": ["film*"], "within": "sentence"}}
    assert not _holds(clause, "A film about force.")
    found = _mentions(clause, make_article("A film about force. The force itself. Films."))
    assert [mention.start for mention in found or ()] == [24]


def test_not_near_drops_a_mention_that_the_words_overlap() -> None:
    clause = {"text": "jaguar", "not_near": {"words": ["jaguar car*"], "within": "0 words"}}
    assert not _holds(clause, "The Jaguar cars")
    assert _holds(clause, "The jaguar, a cat")


def test_none_speaks_of_the_whole_article() -> None:
    clause = {"all": ["alpha", {"none": ["film*", {"text": "obituary", "in": ["title"]}]}]}
    assert _holds(clause, "alpha")
    assert not _holds(clause, "alpha\n\nbeta\n\nfilms")
    assert _holds(clause, "alpha obituary")
    assert not _holds(clause, "alpha", title="Obituary")


@pytest.mark.parametrize(
    ("place", "found_in"),
    [
        (None, {"title", "standfirst", "body", "images[0].caption"}),
        (["title"], {"title"}),
        ("lead", {"title", "standfirst"}),
        (["caption", "credit"], {"images[0].caption", "images[0].credit"}),
        (["author", "url"], {"authors[0]", "url"}),
        (["first 4 words"], {"title", "standfirst"}),
        (["first 9 words"], {"title", "standfirst", "body"}),
    ],
)
def test_in_says_where_a_clause_looks(place: list[str] | str | None, found_in: set[str]) -> None:
    article = make_article(
        "one two three\n\nfour alpha",
        title="An alpha",
        standfirst="More alpha",
        images=(Image(caption="Alpha smiles", credit="Alpha Press"),),
        authors=("A. Alpha",),
        url="https://example.org/alpha",
    )
    found = _mentions({"text": "alpha"} | ({"in": place} if place else {}), article)
    assert {mention.field for mention in found or ()} == found_in


def test_an_inner_in_wins_over_an_outer_one() -> None:
    clause = {"all": ["alpha", {"text": "beta", "in": ["body"]}], "in": ["title"]}
    assert _holds(clause, "beta", title="alpha")
    assert not _holds(clause, "alpha beta")


def test_a_mention_says_clause_term_concept_and_actor() -> None:
    clause = {"all": [{"concept": "strike"}, {"any": ["absent", {"actor": "freedonia"}]}]}
    found = _mentions(clause, make_article("Strikers left Fredville’s harbour", language="en"))
    assert found == (
        Mention(clause="match.all[0]", field="body", start=0, end=8, text="Strikers", term="strike*", concept="strike"),
        Mention(
            clause="match.all[1].any[1]", field="body", start=14, end=23, text="Fredville", term="Fredville",
            actor="freedonia",
        ),
    )  # fmt: skip


def test_a_rule_of_one_clause_calls_it_match() -> None:
    assert [mention.clause for mention in _mentions("alpha", make_article("alpha")) or ()] == ["match"]


def test_of_two_mentions_one_inside_the_other_the_longer_is_shown() -> None:
    found = _mentions({"actor": "firefly"}, make_article("Rufus Firefly of Freedonia. Firefly!"))
    assert [mention.text for mention in found or ()] == ["Rufus Firefly", "Firefly"]


@pytest.mark.parametrize(
    "body",
    [None, "", "a", "🙂" * 1000, "\u0301" * 1000, "אבג alpha דהו", "same " * 20_000, "\n\n" * 5000, "x" * 300_000],
    ids=["absent", "empty", "letter", "emoji", "marks", "right-to-left", "equal", "blank", "one long word"],
)
def test_odd_articles_are_matched_like_any_other(body: str | None) -> None:
    clause = {
        "any": [{"near": ["same", "sam*"], "within": "sentence"}, {"text": "alpha", "in": ["lead", "first 5 words"]}]
    }
    found = _mentions(clause, make_article(body))
    assert (found is not None) == (body is not None and ("same" in body or "alpha" in body))
    assert len(found or ()) <= 200


@pytest.mark.parametrize(
    ("term", "text", "expected"),
    [
        ("Google+", "On Google+, as ever", True),
        ("Google+", "On Google, as ever", False),
        ("Google+", "On google+", False),
        ("C++", "Written in C++.", True),
        ("C+", "Written in C++.", False),
        ("IT", "IT’s budget", True),
        ("IT", "it rains", False),
        ("IT", "ITN reports", False),
        ("AT&T", "AT&T", True),
        ("AT&T", "at & t", False),
        ("Sofía", "Sofía", True),
        ("Sofía", "Sofia", False),
        (".NET", "a .NET shop", True),
        (".NET", "a NET loss", False),
        ("Nagorno-Karabakh", "Nagorno Karabakh", False),
        ("Air France", "Air\u00a0France", True),
    ],
)
def test_an_exact_term_is_found_as_written_and_no_other_way(term: str, text: str, expected: bool) -> None:
    found = _mentions({"text": term, "exact": True}, make_article(text))
    assert (found is not None) is expected
    assert [mention.text.replace("\u00a0", " ") for mention in found or ()] == ([term] if expected else [])


@pytest.mark.parametrize("term", ["Café Zoë", "Café"])
@pytest.mark.parametrize("typed", ["NFC", "NFD"])
@pytest.mark.parametrize("displayed", ["NFC", "NFD"])
def test_an_accent_typed_as_a_mark_of_its_own_is_the_same_accent(
    term: str, typed: Literal["NFC", "NFD"], displayed: Literal["NFC", "NFD"]
) -> None:
    body = normalize(displayed, "At the Café Zoë they sang.")
    (found,) = _mentions({"text": normalize(typed, term), "exact": True}, make_article(body)) or ()
    assert found.text == normalize(displayed, term)
    assert _mentions({"text": "Cafe", "exact": True}, make_article(body)) is None


@pytest.mark.parametrize(
    ("term", "found", "missed"),
    [
        ("U.S.", ["U.S.", "U. S.", "the U.S.-led force", "u.s", "U.S.A."], ["US", "USA", "us"]),
        ("US", ["US", "us", "the US-led force", "US’s"], ["U.S.", "U. S.", "USA"]),
        ("USA", ["USA"], ["U.S.A.", "US"]),
    ],
)
def test_a_letter_before_a_full_stop_is_a_word_of_its_own(term: str, found: list[str], missed: list[str]) -> None:
    assert [text for text in [*found, *missed] if _mentions(term, make_article(text))] == found


@pytest.mark.parametrize(
    ("word", "language", "text", "expected"),
    [
        ("strike", "en", "They struck at dawn", True),
        ("strike", "en", "The striking miners", True),
        ("strike", "en", "The stroke of luck", False),
        ("peace talk", "en", "Peace talks go on", True),
        ("university", "en", "A universal truth", False),
        ("переговоры", "ru", "После переговоров стороны разошлись", True),
        ("Путин", "ru", "Встреча с Путиным", True),
        ("Krieg", "de", "die Folgen des Krieges", True),
        ("strike", "fr", "They struck at dawn", False),
        ("strike", None, "They struck at dawn", True),
    ],
)
def test_inflected_terms_are_found_in_all_their_forms_in_their_language(
    word: str, language: str | None, text: str, expected: bool
) -> None:
    clause = {"text": word, "forms": "inflected"}
    if word == "Krieg":
        clause = {"concept": "war"}
    assert _holds(clause, text, language=language) is expected


def test_a_rule_that_looks_at_two_languages_inflects_its_terms_in_both() -> None:
    rule = {"match": {"text": "plan", "forms": "inflected"}, "where": {"language": ["en", "de"]}}
    (compiled,) = load_rules([("r.json", json.dumps({"rules": {"r": rule}}))]).rules
    lexicon = compiled.clause.lexicon  # type: ignore[attr-defined]  # a text is a lookup
    forms = {
        term.language: {form for word in term.words for form in word.forms} for term in map(_term, lexicon.aliases)
    }
    assert "planned" in forms["en"]
    assert "plans" not in forms["de"]
    assert "plane" in forms["de"]


def _term(alias: Any) -> Any:
    return alias.term


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ruby was mined", True),
        ("Ruby, says Freedonia", False),
        ("Ruby at the Old Harbour", False),
        ("Ruby Ridge", False),
        ("A ruby", True),
    ],
)
def test_a_name_with_unless_counts_only_where_nothing_else_is_named(text: str, expected: bool) -> None:
    assert _holds({"actor": "ruby"}, text) is expected


@pytest.mark.parametrize(
    ("least", "text", "expected"),
    [
        (2, "alpha gamma", True),
        (2, "alpha alpha", False),
        (3, "alpha beta gamma", True),
        (1, "beta", True),
        (1, "x", False),
    ],
)
def test_at_least_counts_different_clauses(least: int, text: str, expected: bool) -> None:
    assert _holds({"at_least": least, "of": ["alpha", "beta", "gamma"]}, text) is expected


@pytest.mark.parametrize(
    ("least", "of", "text", "expected"),
    [
        (2, "alpha", "alpha and alpha", True),
        (3, "alpha", "alpha and alpha", False),
        (2, {"any": ["alpha beta", "beta"]}, "alpha beta", False),
        (2, {"any": ["alpha beta", "beta"]}, "alpha beta beta", True),
        (3, {"actor": "freedonia"}, "Freedonia, Fredville and Freedonians", True),
        (2, {"text": "alpha", "in": ["title"]}, "alpha alpha", False),
    ],
)
def test_times_counts_mentions_that_share_no_word(least: int, of: Any, text: str, expected: bool) -> None:
    assert _holds({"times": least, "of": of}, text) is expected


@pytest.mark.parametrize(
    ("text", "score"),
    [("alpha", None), ("alpha beta", 5), ("alpha beta gamma", 6), ("alpha beta film", None), ("beta gamma", None)],
)
def test_a_score_adds_up_the_points_of_what_holds(text: str, score: int | None) -> None:
    clause = {
        "score": [
            {"text": "alpha", "points": 3},
            {"any": ["beta", "b"], "points": 2},
            "gamma",
            {"text": "film*", "points": -4},
        ],
        "at_least": 5,
    }
    rule_set = load_rules([("r.json", json.dumps({"rules": {"r": {"match": {"all": [clause]}}}}))])
    matches = RuleMatcher(rule_set).match(make_article(text)).matches
    assert [match.score for match in matches] == ([] if score is None else [score])


def test_what_speaks_against_a_score_is_not_shown_as_its_reason() -> None:
    clause = {"score": [{"text": "alpha", "points": 3}, {"text": "beta", "points": -1}], "at_least": 2}
    found = _mentions(clause, make_article("alpha beta"))
    assert [mention.text for mention in found or ()] == ["alpha"]


@pytest.mark.parametrize(
    ("query", "text", "expected"),
    [
        ('"use of force" OR threat*', "threatened", True),
        ('force AND ("Old Harbour" OR freedonia)', "force in Freedonia", True),
        ("force NOT film", "a film on force", False),
        ("alpha NEAR/2 beta", "beta one two alpha", True),
        ("alpha ONEAR/2 beta", "beta one two alpha", False),
        ("alpha NEAR/1 (beta OR gamma)", "gamma one alpha", True),
        ("title:alpha AND beta", "alpha beta", False),
        ("title:(alpha OR beta) AND gamma", "gamma", True),
        ("wom?n", "women", True),
    ],
)
def test_a_query_means_what_its_clauses_mean(query: str, text: str, expected: bool) -> None:
    assert _holds({"query": query}, text, title="The beta title") is expected


def test_the_mentions_of_a_query_say_at_which_column_their_word_stands() -> None:
    found = _mentions({"any": [{"query": 'alpha AND "beta gamma"'}]}, make_article("alpha beta gamma"))
    assert [(mention.clause, mention.text) for mention in found or ()] == [
        ("match.any[0].query:1", "alpha"), ("match.any[0].query:11", "beta gamma"),
    ]  # fmt: skip


def test_a_query_stays_within_the_places_around_it() -> None:
    clause = {"query": "alpha AND body:beta", "in": ["title"]}
    assert _holds(clause, "beta", title="alpha")
    assert not _holds(clause, "alpha beta")


def test_counts_and_scores_stand_in_a_near() -> None:
    clause = {"near": [{"at_least": 2, "of": ["alpha", "beta", "gamma"]}, "delta"], "within": "1 word"}
    assert _holds(clause, "alpha x x x beta delta")
    assert not _holds(clause, "alpha beta x x delta")
