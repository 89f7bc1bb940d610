"""The way of the data, step by step: the table of contents of the service.

    poll ──▶ parse ──▶ match ──▶ story ──▶ route ──▶ (window) ──▶ compose ──▶ deliver
    claim    entries   rules     same      alerts                 digest      attempt
             articles            text                             deliveries  retry
    └────────────── collect ─────────────────┘        └──────── dispatch ────────┘

Each step reads, decides with pure functions, and writes its result together with its cursor in one transaction: a
process killed anywhere loses nothing, and a step that runs again changes nothing.

    claiming sources      a lease; another process, or a later run, takes over when it ends
    storing articles      articles, stories, matches, alerts and the poll state
    freezing digest       a digest with its deliveries, and its alerts marked composed
    claiming deliveries   a lease with a fencing token
    marking delivery      the attempt and the delivery's new state

Between sending and marking lies the one place where a crash repeats a message, under the same id. `Ports.reached` is
called with these names just before each commit, and with the names below after it; the crash tests kill there.
"""

from monitor.pipeline.collect import import_slices, mend_poll_times, poll_due, register_sources
from monitor.pipeline.dispatch import compose_due, deliver_due, preview_digest
from monitor.pipeline.plan import Plan, Ports, Sent, Stored
from monitor.pipeline.trial import send_trial

CRASH_POINTS = (
    "claiming sources",
    "sources claimed",
    "feed fetched",
    "storing articles",
    "articles stored",
    "freezing digest",
    "digest frozen",
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
    "deliver_due",
    "import_slices",
    "mend_poll_times",
    "poll_due",
    "preview_digest",
    "register_sources",
    "send_trial",
]
