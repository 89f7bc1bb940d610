"""One transaction made up of its parts: the table of contents of the store."""

from monitor.store.alerts import AlertRows
from monitor.store.articles import ArticleRows
from monitor.store.awaited import AwaitedRows
from monitor.store.bounces import BounceRows
from monitor.store.buckets import BucketRows
from monitor.store.choices import ChoiceRows
from monitor.store.digests import DigestRows
from monitor.store.exports import ExportRows
from monitor.store.matches import MatchRows
from monitor.store.notices import NoticeRows
from monitor.store.outbox import OutboxRows
from monitor.store.pages import PageRows
from monitor.store.people import PeopleRows
from monitor.store.retention import RetentionRows
from monitor.store.rows import Rows
from monitor.store.service import ServiceRows
from monitor.store.silences import SilenceRows
from monitor.store.sources import SourceRows
from monitor.store.stories import StoryRows
from monitor.store.usage import UsageRows
from monitor.store.versions import VersionRows
from monitor.store.windows import WindowRows


class SqlTransaction:
    """Implements ports.Transaction; each method is that of the part it belongs to."""

    def __init__(self, rows: Rows) -> None:
        sources = SourceRows(rows)
        self.sync_sources = sources.sync_sources
        self.list_poll_states = sources.list_poll_states
        self.list_doubtful_polls = sources.list_doubtful_polls
        self.claim_due_sources = sources.claim_due_sources
        self.finish_poll = sources.finish_poll
        self.finish_polls = sources.finish_polls
        self.save_poll_state = sources.save_poll_state
        self.make_due = sources.make_due
        self.count_by_source = sources.count_by_source
        self.park_sources = sources.park_sources
        self.is_slice_done = sources.is_slice_done
        self.mark_slice_done = sources.mark_slice_done

        awaited = AwaitedRows(rows)
        self.await_pages = awaited.await_pages
        self.claim_pages = awaited.claim_pages
        self.claim_untold = awaited.claim_untold
        self.finish_page = awaited.finish_page
        self.find_awaited = awaited.find_awaited
        self.list_waiting_entries = awaited.list_waiting_entries
        self.find_pages_read = awaited.find_pages_read
        self.mark_pages_read = awaited.mark_pages_read
        self.park_domain = awaited.park_domain
        self.purge_awaited = awaited.purge_awaited
        self.list_waiting_domains = awaited.list_waiting_domains
        self.count_awaited = awaited.count_awaited
        self.count_unread_pages = awaited.count_unread_pages

        articles = ArticleRows(rows)
        self.list_unseen = articles.list_unseen
        self.lock_stories = articles.lock_stories
        self.add_articles = articles.add_articles
        self.list_articles = articles.list_articles
        self.count_articles = articles.count_articles
        self.count_fetched = articles.count_fetched
        self.find_stories = articles.find_stories
        self.assign_stories = articles.assign_stories

        stories = StoryRows(rows)
        self.find_text_postings = stories.find_text_postings
        self.find_story_postings = stories.find_story_postings
        self.find_texts = stories.find_texts
        self.find_profiles = stories.find_profiles
        self.find_frequencies = stories.find_frequencies
        self.count_words = stories.count_words
        self.add_story_texts = stories.add_story_texts
        self.save_profiles = stories.save_profiles
        self.count_changes = stories.count_changes
        self.list_story_sources = stories.list_story_sources
        self.find_told = stories.find_told
        self.find_story = stories.find_story
        self.list_story_articles = stories.list_story_articles
        self.merge_stories = stories.merge_stories
        self.find_aliases = stories.find_aliases

        versions = VersionRows(rows)
        self.find_articles = versions.find_articles
        self.correct_articles = versions.correct_articles
        self.complete_articles = versions.complete_articles
        self.list_versions = versions.list_versions
        self.replace_matches = versions.replace_matches

        pages = PageRows(rows)
        self.find_stamps = pages.find_stamps
        self.save_stamps = pages.save_stamps
        self.find_said = pages.find_said
        self.find_led_to = pages.find_led_to
        self.find_alike = pages.find_alike
        self.keep_pages = pages.keep_pages
        self.list_kept_pages = pages.list_kept_pages

        retention = RetentionRows(rows)
        self.purge_pages = retention.purge_pages
        self.purge_bodies = retention.purge_bodies
        self.purge_articles = retention.purge_articles
        self.purge_story_index = retention.purge_story_index
        self.purge_deliveries = retention.purge_deliveries
        self.purge_digests = retention.purge_digests

        matches = MatchRows(rows)
        self.save_rules = matches.save_rules
        self.add_matches = matches.add_matches
        self.count_matches = matches.count_matches
        self.save_rule_states = matches.save_rule_states
        self.list_rule_states = matches.list_rule_states

        usage = UsageRows(rows)
        self.add_rule_usage = usage.add_rule_usage
        self.list_rule_usage = usage.list_rule_usage

        alerts = AlertRows(rows)
        self.add_alerts = alerts.add_alerts
        self.list_due_subscribers = alerts.list_due_subscribers
        self.list_pending_alerts = alerts.list_pending_alerts
        self.defer_alerts = alerts.defer_alerts
        self.drop_alerts = alerts.drop_alerts
        self.drop_groundless = alerts.drop_groundless
        self.list_told = alerts.list_told
        self.adopt_alerts = alerts.adopt_alerts

        digests = DigestRows(rows)
        self.find_free_window = digests.find_free_window
        self.add_digest = digests.add_digest
        self.find_digest = digests.find_digest
        self.has_digest = digests.has_digest
        self.list_immediate = digests.list_immediate
        self.list_last_told = digests.list_last_told
        self.list_digests = digests.list_digests
        self.list_digests_telling = digests.list_digests_telling

        windows = WindowRows(rows)
        self.sync_windows = windows.sync_windows
        self.list_windows = windows.list_windows
        self.list_due_windows = windows.list_due_windows
        self.save_windows = windows.save_windows

        choices = ChoiceRows(rows)
        self.find_choices = choices.find_choices
        self.list_choices = choices.list_choices
        self.save_choices = choices.save_choices
        self.add_mute = choices.add_mute
        self.remove_mute = choices.remove_mute
        self.save_mark = choices.save_mark
        self.list_marks = choices.list_marks

        silences = SilenceRows(rows)
        self.add_silence = silences.add_silence
        self.list_silences = silences.list_silences
        self.end_silence = silences.end_silence

        notices = NoticeRows(rows)
        self.sync_notices = notices.sync_notices
        self.list_notices = notices.list_notices
        self.mark_notices_told = notices.mark_notices_told
        self.disable_channel = notices.disable_channel
        self.enable_channel = notices.enable_channel
        self.list_disabled_channels = notices.list_disabled_channels

        bounces = BounceRows(rows)
        self.list_unknown_bounces = bounces.list_unknown_bounces
        self.add_bounces = bounces.add_bounces
        self.count_bounces = bounces.count_bounces
        self.find_addressee = bounces.find_addressee

        outbox = OutboxRows(rows)
        self.claim_deliveries = outbox.claim_deliveries
        self.finish_attempts = outbox.finish_attempts
        self.list_deliveries = outbox.list_deliveries
        self.find_delivery = outbox.find_delivery
        self.list_delivery_ids = outbox.list_delivery_ids
        self.list_attempts = outbox.list_attempts
        self.replay_delivery = outbox.replay_delivery
        self.drop_delivery = outbox.drop_delivery
        self.put_back = outbox.put_back
        self.take_untold = outbox.take_untold
        self.measure_outbox = outbox.measure_outbox
        self.find_reference = outbox.find_reference
        self.find_failing_since = outbox.find_failing_since

        exports = ExportRows(rows)
        self.list_known_rules = exports.list_known_rules
        self.export_matches = exports.export_matches
        self.export_alerts = exports.export_alerts

        buckets = BucketRows(rows)
        self.find_buckets = buckets.find_buckets
        self.save_buckets = buckets.save_buckets

        people = PeopleRows(rows)
        self.forget_subscriber = people.forget_subscriber

        service = ServiceRows(rows)
        self.count_rows = service.count_rows
        self.release_leases = service.release_leases
        self.beat = service.beat
        self.find_beat = service.find_beat
