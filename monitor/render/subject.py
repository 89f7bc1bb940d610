"""One line that says what a message holds: the subject of a mail, the title of a note."""

from monitor.render.clean import clean_header, shorten
from monitor.render.views import DigestView

_HEADLINE = 90


def subject_of(view: DigestView) -> str:
    """One story speaks for itself; several are counted. With the day and the time, by the subscriber's clock."""
    subject = f"{view.count} ({view.counts})" if view.counts else view.count
    if view.is_alert:
        story = view.stories[0]
        subject = f"{story.label}: {shorten(clean_header(story.headline), _HEADLINE)}"
    prefix = "[Test] " if view.is_test else ""
    return clean_header(f"{prefix}{subject} - {view.day}, {view.time}")
