"""How surely copies are recognised, what false hits there are, and what joining a story costs in a full window.

    python -m benchmarks.similar
    python -m benchmarks.similar --texts 1000 --window 1000 10000 100000

The texts are made up from word lists, so that any number of them can be had; the peer is rensa's MinHash (extra
`bench`), with its customary 128 permutations over the same three-word shingles.
"""

import argparse
import asyncio
import random
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from rensa import RMinHash

from monitor.model import Article, ArticleId, EntryKey, SourceId, StoryId, StoryProfile, StoryText
from monitor.pipeline.telling import tell_stories
from monitor.store.database import Database
from monitor.store.engines import sqlite_url
from monitor.story.features import NOTHING_COUNTED, outline_article
from monitor.story.index import MOST_STORIES, Sketch, StoryIndex
from monitor.story.known_words import KnownWords
from monitor.story.similar import find_same_texts
from monitor.story.stories import place_alone, sketch_article
from monitor.text.fingerprint import fingerprint_of
from monitor.text.fold import fold_words

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
_CONSONANTS = ("b", "d", "f", "g", "k", "l", "m", "n", "p", "r", "s", "t", "v", "z", "st", "tr", "kl")
_VOWELS = ("a", "e", "i", "o", "u", "an", "er", "il", "on")
_SYLLABLES = [consonant + vowel for consonant in _CONSONANTS for vowel in _VOWELS]
_BATCH, _WARMING, _BATCHES = 20, 10, 25


class Writer:
    """Reports of made-up words whose frequencies fall as those of a language do."""

    def __init__(self, seed: int, vocabulary: int = 60_000) -> None:
        self.dice = random.Random(seed)
        self._words = ["".join(self.dice.choices(_SYLLABLES, k=self.dice.randint(1, 4))) for _ in range(vocabulary)]
        self._weights = [1 / (rank + 3) for rank in range(vocabulary)]

    def write(self, words: int) -> list[str]:
        """Sentences of 8 to 25 words."""
        told = self.dice.choices(self._words, self._weights, k=words)
        sentences = []
        while told:
            length = self.dice.randint(8, 25)
            sentences.append(" ".join(told[:length]).capitalize() + ".")
            told = told[length:]
        return sentences


Mutation = Callable[[random.Random, list[str], list[str]], list[str]]

MUTATIONS: Mapping[str, Mutation] = {
    "as it is, other headline": lambda _dice, own, _other: own,
    "cut to 60 %": lambda _dice, own, _other: own[: max(1, len(own) * 6 // 10)],
    "cut to 30 %": lambda _dice, own, _other: own[: max(1, len(own) * 3 // 10)],
    "without its beginning": lambda _dice, own, _other: own[len(own) // 3 :],
    "one word in twenty changed": lambda dice, own, _other: [_swap(dice, sentence) for sentence in own],
    "sentences in another order": lambda dice, own, _other: dice.sample(own, len(own)),
    "within a text twice as long": lambda _dice, own, other: other[: len(other) // 2] + own + other[len(other) // 2 :],
}


def _swap(dice: random.Random, sentence: str) -> str:
    return " ".join("ersetzt" if dice.random() < 0.05 else word for word in sentence.split())


def make_article(number: int, sentences: Sequence[str], at: datetime = NOON) -> Article:
    """An article of these sentences."""
    body, title = " ".join(sentences), " ".join(sentences[0].split()[:8])
    return Article(
        id=ArticleId(f"{number:032x}"),
        source=SourceId(f"s{number % 97}"),
        key=EntryKey(str(number)),
        title=title,
        body=body,
        language="en",
        fetched_at=at,
        fingerprint=fingerprint_of(title, None, body),
    )


def measure_copies(texts: int) -> list[tuple[str, float, float]]:
    """For each change the part of copies that is recognised, by ours and by MinHash at half its shingles."""
    writer = Writer(1)
    originals = [writer.write(writer.dice.randint(200, 600)) for _ in range(texts)]
    others = [writer.write(900) for _ in range(texts)]
    index = StoryIndex()
    for number, sentences in enumerate(originals):
        place_alone(make_article(number, sentences), index)
    hashes = [_minhash(sentences) for sentences in originals]
    rows = []
    for name, mutate in MUTATIONS.items():
        ours = theirs = 0
        for number, sentences in enumerate(originals):
            changed = mutate(writer.dice, sentences, others[number])
            ours += number in _find(index, changed)
            theirs += hashes[number].jaccard(_minhash(changed)) >= 0.5
        rows.append((name, ours / texts, theirs / texts))
    false_ours = sum(len(_find(index, other)) for other in others)
    other_hashes = [_minhash(other) for other in others]
    false_theirs = sum(one.jaccard(other) >= 0.5 for other in other_hashes for one in hashes)
    rows.append(("false hits among texts of their own", float(false_ours), float(false_theirs)))
    return rows


def _find(index: StoryIndex, sentences: Sequence[str]) -> set[int]:
    article = make_article(10**9, sentences)
    sketch = sketch_article(article, outline_article(article), NOTHING_COUNTED)
    return {int(each.text.article, 16) for each in find_same_texts(sketch, index, NOON)}


def _minhash(sentences: Sequence[str]) -> RMinHash:
    words = fold_words(" ".join(sentences))
    hashed = RMinHash(num_perm=128, seed=42)
    hashed.update([" ".join(shingle) for shingle in zip(words, words[1:], words[2:], strict=False)])
    return hashed


async def measure_window(sizes: Sequence[int]) -> list[tuple[int, float, float]]:
    """Milliseconds of CPU for each article that joins windows of so many articles, on SQLite: for its outline, which
    the service leaves to its workers, and for telling its story, in batches as they come from feeds.
    """
    writer = Writer(2)
    sample = [make_article(number, writer.write(400)) for number in range(500)]
    sketches = [sketch_article(article, outline_article(article), NOTHING_COUNTED) for article in sample]
    pool = [feature for sketch in sketches for feature in sketch.leading]
    words = KnownWords()
    figures = []
    with tempfile.TemporaryDirectory() as directory:
        store = await Database.open(str(sqlite_url(Path(directory) / "bench.sqlite3")))
        filled, second = 0, 0
        for size in sizes:
            filled = await _fill(store, writer.dice, sketches, pool, (filled, size))
            outlining = telling = 0.0
            for measured in (*[False] * _WARMING, *[True] * _BATCHES):
                second += 1
                at = NOON + timedelta(seconds=second)
                batch = [make_article(10**6 + _BATCH * second + n, writer.write(400), at) for n in range(_BATCH)]
                one, other = await _tell(store, batch, words)
                outlining += one * measured
                telling += other * measured
            figures.append((size, 1000 * outlining / (_BATCHES * _BATCH), 1000 * telling / (_BATCHES * _BATCH)))
        await store.close()
    return figures


async def _tell(store: Database, batch: Sequence[Article], words: KnownWords) -> tuple[float, float]:
    began = time.process_time()
    outlines = {article.id: outline_article(article) for article in batch}
    outlining = time.process_time() - began
    async with store.transaction() as tx:
        await tx.add_articles(batch)
        began = time.process_time()
        await tell_stories(tx, batch, [], NOON, outlines, words)
        return outlining, time.process_time() - began


async def _fill(
    store: Database, dice: random.Random, sketches: Sequence[Sketch], pool: Sequence[int], span: tuple[int, int]
) -> int:
    """Texts and stories with shingles of their own, led to by features as frequent as those of real ones."""
    leading: Counter[int] = Counter()
    for first in range(*span, 1000):
        texts, profiles, postings = {}, [], defaultdict(set)
        for number in range(first, min(first + 1000, span[1])):
            story, features = StoryId(f"filled-{number}"), sketches[number % len(sketches)].features
            text = StoryText(article=ArticleId(story), story=story, size=50, at=NOON)
            texts[text] = {dice.getrandbits(63) for _ in range(50)}
            profiles.append(StoryProfile(story=story, first_at=NOON, last_at=NOON, features=features))
            for feature in dice.choices(pool, k=32):
                leading[feature] += 1
                if leading[feature] <= MOST_STORIES:
                    postings[story].add(feature)
        async with store.transaction() as tx:
            await tx.add_story_texts(texts, NOON)
            await tx.save_profiles(profiles, postings, NOON)
    return span[1]


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--texts", type=int, default=300)
    parser.add_argument("--window", type=int, nargs="+", default=[1000, 10_000])
    asked = parser.parse_args()
    print(f"{'change':38} {'shingles':>9} {'MinHash':>9}")
    for name, ours, theirs in measure_copies(asked.texts):
        print(f"{name:38} {ours:9.3f} {theirs:9.3f}")
    print(f"\n{'articles in the window':>24} {'ms CPU an outline':>18} {'ms CPU a telling':>18}")
    for size, outlining, telling in asyncio.run(measure_window(asked.window)):
        print(f"{size:24,} {outlining:18.2f} {telling:18.2f}")


if __name__ == "__main__":
    main()
