"""Several readings of one page: how far they agree, and which of them the others come nearest to.

A reading is the body's paragraphs as one extractor found them. They are compared by runs of four words, which no two
texts share by chance.
"""

from collections.abc import Sequence

from monitor.text.fold import fold_words

_RUN = 4
Reading = tuple[str, ...]
Runs = frozenset[tuple[str, ...]]


def runs_of(reading: Reading) -> Runs:
    """Every four words that follow one another; a shorter text is one run."""
    return _runs(fold_words("\n".join(reading)))


def agreement(one: Runs, other: Runs) -> float:
    """The F1 of two readings, each taken as the truth for the other: 1.0 the same text, 0.0 nothing in common."""
    if not one or not other:
        return float(one == other)
    return 2 * len(one & other) / (len(one) + len(other))


def choose_medoid(readings: Sequence[Reading]) -> Reading:
    """The reading that agrees best with the others, without the lines that it alone has; the first one of equals."""
    runs = [runs_of(reading) for reading in readings]
    support = [
        sum(agreement(own, other) for place, other in enumerate(runs) if place != number)
        for number, own in enumerate(runs)
    ]
    chosen = max(range(len(readings)), key=lambda number: support[number])
    others = [run for number, run in enumerate(runs) if number != chosen]
    return tuple(line for line in readings[chosen] if _is_shared(line, others)) or readings[chosen]


def _is_shared(line: str, others: Sequence[Runs]) -> bool:
    """Whether some other reading holds at least half of a line; one too short to tell stays."""
    words = fold_words(line)
    if len(words) < _RUN:
        return True
    own = _runs(words)
    return any(len(own & other) * 2 >= len(own) for other in others)


def _runs(words: Sequence[str]) -> Runs:
    if len(words) < _RUN:
        return frozenset({tuple(words)} if words else ())
    return frozenset(zip(*(words[start:] for start in range(_RUN)), strict=False))
