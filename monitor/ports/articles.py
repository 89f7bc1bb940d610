"""Articles, the stories they tell, and what they match, as a transaction shows them."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from monitor.model import (
    Article,
    ArticleId,
    ArticleVersion,
    Correction,
    EntryKey,
    EntryTraits,
    Match,
    Rule,
    RuleId,
    RuleState,
    RuleUsage,
    SourceId,
    StoryId,
    StoryProfile,
    StoryText,
)
from monitor.ports.rows import ArticlePage, KeptPages, KnownEntry, PackedPage


class ArticleTables(Protocol):
    """Articles, the stories they tell, and what they match."""

    # --- articles, stories, matches
    async def lock_stories(self) -> None:
        """Make story assignment one at a time until the end of the transaction."""

    async def add_articles(self, articles: Sequence[Article]) -> frozenset[ArticleId]:
        """Store articles with their entries; the ids that are new."""

    async def list_articles(self, *, since: datetime | None, after: int, limit: int) -> ArticlePage:
        """At most `limit` articles stored behind `after` (0: from the start).

        `since` leaves out those published, or where that is not known fetched, before it.
        """

    async def count_articles(self, *, since: datetime | None) -> int:
        """How many articles `list_articles` has to give."""

    async def count_fetched(self, *, since: datetime, until: datetime) -> int:
        """How many articles were fetched after an instant, up to another."""

    async def find_stories(self, fingerprints: Iterable[str]) -> Mapping[str, StoryId]:
        """The story of each fingerprint that has one."""

    async def assign_stories(self, stories: Mapping[ArticleId, StoryId], now: datetime) -> None:
        """Write which story each article tells; a story's id is its first article's."""

    async def find_text_postings(self, shingles: Collection[int], now: datetime) -> Sequence[tuple[int, int]]:
        """The number of each text of the last days that has any of the shingles, once for each that it has."""

    async def find_story_postings(self, features: Collection[int], now: datetime) -> Sequence[tuple[int, int]]:
        """The number of each story of the last days that any of the features lead to, once or more for each."""

    async def find_texts(self, numbers: Collection[int]) -> Mapping[int, StoryText]:
        """The texts of those numbers that are still known."""

    async def find_profiles(
        self, stories: Collection[StoryId], numbers: Collection[int] = ()
    ) -> Mapping[int, StoryProfile]:
        """The profiles of those stories, or numbers, that have one, by their numbers."""

    async def find_frequencies(self, words: Iterable[int], now: datetime) -> tuple[int, Mapping[int, int]]:
        """How many articles were counted in the last weeks, and in how many of them each word occurred."""

    async def count_words(self, articles_words: Sequence[NDArray[np.int64]], now: datetime) -> None:
        """Add articles, each given by its distinct words, to the frequencies."""

    async def add_story_texts(self, texts: Mapping[StoryText, Collection[int]], now: datetime) -> None:
        """Texts that later ones may be copies of, with their shingles; one that has grown since gets those too."""

    async def save_profiles(
        self, profiles: Sequence[StoryProfile], leading: Mapping[StoryId, Collection[int]], now: datetime
    ) -> None:
        """Write profiles as they are now, and the features that lead to them, too; new ones get rising numbers."""

    async def count_changes(
        self, updated: Sequence[StoryId], corrected: Sequence[StoryId]
    ) -> tuple[Mapping[StoryId, int], Mapping[StoryId, int]]:
        """Count articles that joined, and corrections within, stories; how many there were of each before."""

    async def list_story_sources(self, ids: Iterable[StoryId]) -> Mapping[StoryId, tuple[SourceId, ...]]:
        """Who ran each story, the first one first."""

    async def find_told(self, ids: Iterable[ArticleId]) -> Mapping[ArticleId, StoryId]:
        """The story of each stored article that tells one."""

    async def find_story(self, name: str) -> StoryId | None:
        """The story of that id, of that article or of that alias, or of the only article whose id begins so."""

    async def list_story_articles(self, story: StoryId) -> tuple[Article, ...]:
        """The articles that tell a story, in the order they were stored."""

    async def merge_stories(self, merged: Mapping[StoryId, StoryId], now: datetime) -> None:
        """Make stories part of others; their ids stay as aliases, and alerts keep the id they were raised under."""

    async def find_aliases(self, ids: Iterable[StoryId]) -> Mapping[StoryId, StoryId]:
        """The stories that merged ones are part of."""

    # --- corrections, and what articles were read from
    async def find_articles(self, ids: Iterable[ArticleId]) -> Mapping[ArticleId, Article]:
        """Those that are stored."""

    async def correct_articles(self, corrections: Sequence[Correction], now: datetime) -> None:
        """Write articles as they are now, and keep each as it was."""

    async def complete_articles(self, completed: Sequence[Article]) -> None:
        """Write articles as they are now; nothing is kept of what was known of them before."""

    async def list_versions(self, article: ArticleId) -> tuple[ArticleVersion, ...]:
        """What an article was before each of its corrections, the first wording first."""

    async def replace_matches(
        self, ids: Collection[ArticleId], found: Sequence[Match]
    ) -> tuple[tuple[Match, ...], tuple[Match, ...]]:
        """Make `found` all that holds for these articles; which of it is new, and what no longer holds."""

    async def find_stamps(self, source: SourceId, keys: Sequence[EntryKey]) -> Mapping[EntryKey, str | None]:
        """The stamps of those of `keys` that an article of the source was ever stored for."""

    async def find_said(
        self, asked: Collection[tuple[SourceId, EntryKey]]
    ) -> Mapping[tuple[SourceId, EntryKey], str | None]:
        """The stamps of those entries that are stored, or wait for their pages; of any number of sources at once."""

    async def find_led_to(self, leads: Collection[EntryTraits]) -> frozenset[SourceId]:
        """The sources that have an entry with a link or a likeness of any of these."""

    async def save_stamps(self, known: Mapping[tuple[SourceId, EntryKey], KnownEntry]) -> None:
        """What the entries of stored articles say by now, and by what they are known again."""

    async def find_alike(
        self, source: SourceId, traits: Mapping[EntryKey, EntryTraits]
    ) -> Mapping[EntryKey, KnownEntry]:
        """The entries of the source's stored articles under any of these keys, or with a link or a likeness of these;
        of very many the newest.
        """

    async def keep_pages(self, pages: Mapping[ArticleId, PackedPage], now: datetime) -> None:
        """Keep what articles were read from; the newest reading takes the place of an older one."""

    async def list_kept_pages(self, *, since: datetime, source: SourceId | None, after: int, limit: int) -> KeptPages:
        """At most `limit` articles fetched since then and stored behind `after`, with what they were read from."""

    # --- retention; each tells how many rows are gone, 0 when there are no more
    async def purge_pages(self, before: datetime, limit: int) -> int:
        """What articles were read from, where that was before then."""

    async def purge_bodies(self, before: datetime, limit: int) -> int:
        """The bodies of articles fetched before then, and the wordings that were replaced before then."""

    async def purge_articles(self, before: datetime, limit: int) -> int:
        """Articles fetched before then, with their matches; those that an alert is waiting for stay."""

    async def purge_deliveries(self, before: datetime, limit: int) -> int:
        """Messages made before then that were sent or given up, with their attempts, and notices that ended before."""

    async def purge_digests(self, before: datetime, limit: int) -> int:
        """Digests composed before then of which no message is left, and alerts that they told or that were dropped."""

    async def purge_story_index(self, now: datetime, limit: int) -> int:
        """What stories older than the window were recognised by."""

    async def save_rules(self, rules: Iterable[Rule], now: datetime) -> None:
        """Keep each rule's metadata by (id, version), so that old matches can still be explained."""

    async def add_matches(self, matches: Sequence[Match]) -> None:
        """Store matches, once per (rule, article)."""

    async def count_matches(self, since: datetime) -> Mapping[RuleId, int]:
        """How many articles each rule matched of those both published, where that is known, and fetched since then."""

    async def save_rule_states(self, states: Sequence[RuleState]) -> None:
        """Keep these, and only these, as the rules that did not load."""

    async def add_rule_usage(self, usage: Sequence[RuleUsage], now: datetime) -> None:
        """Add to what is known of each rule."""

    async def list_rule_usage(self) -> tuple[RuleUsage, ...]:
        """Of every rule that was ever asked, the most expensive first."""

    async def list_rule_states(self) -> tuple[RuleState, ...]:
        """The rules that did not load when the service last read them, by id."""
