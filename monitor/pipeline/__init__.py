"""The way of the data, step by step: the table of contents of the service.

    poll ──▶ parse ──▶ match ──▶ story ──▶ route ──▶ (window) ──▶ compose ──▶ deliver
    claim    entries   rules     same      alerts                 digest      attempt
      │      articles            text                             deliveries  retry
      └─▶ read pages of teasers: claim, parse with the entry, go on
    └────────────── collect ─────────────────┘        └──────── dispatch ────────┘

Each step reads, decides with pure functions, and writes its result together with its cursor in one transaction: a
process killed anywhere loses nothing, and a step that runs again changes nothing.

    claiming sources      a lease; another process, or a later run, takes over when it ends
    storing articles      articles, stories, matches, alerts and the poll state, with the pages it waits for
    claiming pages        a lease
    storing articles      as above, with how far the page has come
    freezing digest       a digest with its deliveries, its alerts marked composed, and the windows it answers
    freezing notices      what operators must know, as a digest of its own
    claiming deliveries   a lease with a fencing token
    marking delivery      the attempt and the delivery's new state

Between sending and marking lies the one place where a crash repeats a message, under the same id. `Ports.reached` is
called with these names just before each commit, and with the names below after it; the crash tests kill there.
"""

from monitor.pipeline.bounces import read_bounces
from monitor.pipeline.collect import import_slices, mend_poll_times, poll_all_due, poll_due, register_sources
from monitor.pipeline.compose import compose_due, plan_windows, preview_digest, report_strangers
from monitor.pipeline.disabling import enable_changed
from monitor.pipeline.dispatch import deliver_channel, deliver_due
from monitor.pipeline.full_text import read_pages, read_waiting_pages
from monitor.pipeline.notices import tell_operators
from monitor.pipeline.plan import Plan, Ports, Sent, Stored
from monitor.pipeline.purging import purge_old
from monitor.pipeline.trial import send_trial
from monitor.pipeline.usage import save_usage

CRASH_POINTS = (
    "claiming sources",
    "sources claimed",
    "feed fetched",
    "claiming pages",
    "pages claimed",
    "page fetched",
    "storing articles",
    "articles stored",
    "composing digest",
    "freezing digest",
    "digest frozen",
    "freezing notices",
    "claiming deliveries",
    "deliveries claimed",
    "delivery sent",
    "marking delivery",
    "delivery marked",
)

__all__ = [
    "CRASH_POINTS",
    "Plan",
    "Ports",
    "Sent",
    "Stored",
    "compose_due",
    "deliver_channel",
    "deliver_due",
    "enable_changed",
    "import_slices",
    "mend_poll_times",
    "plan_windows",
    "poll_all_due",
    "poll_due",
    "preview_digest",
    "purge_old",
    "read_bounces",
    "read_pages",
    "read_waiting_pages",
    "register_sources",
    "report_strangers",
    "save_usage",
    "send_trial",
    "tell_operators",
]
