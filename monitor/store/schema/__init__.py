"""The one schema of both databases. The unique constraints are the natural keys: they make every step repeatable.

    poll_states                         a source's cursor, its lease and fencing token
    entries          source, key        what was ever seen; outlives the articles
    awaited_pages    source, key        entries whose pages are to be fetched      ── parked_domains
    articles ── stories ── story_fingerprints, story_aliases
    story_texts      article            ── text_shingles      copies are known by them
    story_profiles   story              ── story_features     reports of one event are known by them
    word_frequencies epoch, word
    article_versions article, number    as they were before their publisher changed them
    raw_pages        article            what it was read from, compressed, for some days
    rules            id, version        as they were when they matched
    matches          rule, article
    alerts           subscriber, story, kind, ordinal      ── alert_matches
    digests          subscriber, window start              frozen documents
    deliveries       digest, subscriber, channel           the outbox      ── payloads, attempts
    archive_slices   archive, name      checkpoints of imports
    rule_states      rule               what did not load, until it is mended
    rule_stats       rule               what each rule costs and finds
    heartbeats       service
    choices          subscriber         what subscribers set for themselves      ── mutes
    relevance_marks  subscriber, story, rule
    silences                            of operators
    digest_windows   subscriber, pace   how far the planned digests have got
    notices                             what operators must know
    disabled_channels  subscriber, channel
    bounces          hash of a mail     what came back to the bounce mailbox
    buckets          destination        how fast messages may go there

A change here needs a migration beside it; a test compares the two.
"""

from monitor.store.schema.alerts import (
    alert_matches,
    alerts,
    attempts,
    bounces,
    buckets,
    deliveries,
    digest_windows,
    digests,
    disabled_channels,
    payloads,
)
from monitor.store.schema.articles import (
    article_versions,
    articles,
    raw_pages,
    stories,
    story_aliases,
    story_features,
    story_fingerprints,
    story_profiles,
    story_texts,
    text_shingles,
    word_frequencies,
)
from monitor.store.schema.base import metadata
from monitor.store.schema.matches import matches, rule_states, rule_stats, rules
from monitor.store.schema.people import choices, mutes, notices, relevance_marks, silences
from monitor.store.schema.service import heartbeats
from monitor.store.schema.sources import archive_slices, awaited_pages, entries, parked_domains, poll_states

__all__ = [
    "alert_matches",
    "alerts",
    "archive_slices",
    "article_versions",
    "articles",
    "attempts",
    "awaited_pages",
    "bounces",
    "buckets",
    "choices",
    "deliveries",
    "digest_windows",
    "digests",
    "disabled_channels",
    "entries",
    "heartbeats",
    "matches",
    "metadata",
    "mutes",
    "notices",
    "parked_domains",
    "payloads",
    "poll_states",
    "raw_pages",
    "relevance_marks",
    "rule_states",
    "rule_stats",
    "rules",
    "silences",
    "stories",
    "story_aliases",
    "story_features",
    "story_fingerprints",
    "story_profiles",
    "story_texts",
    "text_shingles",
    "word_frequencies",
]
