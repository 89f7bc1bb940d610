"""One transaction made up of its parts: the table of contents of the store."""

from monitor.store.alerts import AlertRows
from monitor.store.articles import ArticleRows
from monitor.store.digests import DigestRows
from monitor.store.matches import MatchRows
from monitor.store.outbox import OutboxRows
from monitor.store.rows import Rows
from monitor.store.service import ServiceRows
from monitor.store.sources import SourceRows


class SqlTransaction:
    """Implements ports.Transaction; each method is that of the part it belongs to."""

    def __init__(self, rows: Rows) -> None:
        sources = SourceRows(rows)
        self.sync_sources = sources.sync_sources
        self.list_poll_states = sources.list_poll_states
        self.claim_due_sources = sources.claim_due_sources
        self.finish_poll = sources.finish_poll
        self.save_poll_state = sources.save_poll_state
        self.is_slice_done = sources.is_slice_done
        self.mark_slice_done = sources.mark_slice_done

        articles = ArticleRows(rows)
        self.list_unseen = articles.list_unseen
        self.lock_stories = articles.lock_stories
        self.add_articles = articles.add_articles
        self.list_articles = articles.list_articles
        self.count_articles = articles.count_articles
        self.find_stories = articles.find_stories
        self.assign_stories = articles.assign_stories

        matches = MatchRows(rows)
        self.save_rules = matches.save_rules
        self.add_matches = matches.add_matches
        self.save_rule_states = matches.save_rule_states
        self.list_rule_states = matches.list_rule_states

        alerts = AlertRows(rows)
        self.add_alerts = alerts.add_alerts
        self.list_due_subscribers = alerts.list_due_subscribers
        self.list_pending_alerts = alerts.list_pending_alerts

        digests = DigestRows(rows)
        self.find_free_window = digests.find_free_window
        self.add_digest = digests.add_digest
        self.find_digest = digests.find_digest

        outbox = OutboxRows(rows)
        self.claim_deliveries = outbox.claim_deliveries
        self.finish_attempt = outbox.finish_attempt
        self.list_deliveries = outbox.list_deliveries
        self.find_delivery = outbox.find_delivery
        self.list_attempts = outbox.list_attempts
        self.replay_delivery = outbox.replay_delivery

        service = ServiceRows(rows)
        self.count_rows = service.count_rows
        self.release_leases = service.release_leases
        self.beat = service.beat
        self.find_beat = service.find_beat
