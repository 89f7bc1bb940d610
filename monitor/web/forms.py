"""Forms as they come back: sealed, so that nobody but the page itself can have made them, and read as plain fields.

The address of a page is all that it takes to open it, so the seal is not a second lock: it keeps other sites, and
programs that follow links and press buttons, from acting in a reader's name.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from itsdangerous import BadSignature, URLSafeSerializer
from starlette.datastructures import ImmutableMultiDict
from starlette.requests import Request

from monitor.render.page_links import Page

Fields = ImmutableMultiDict[str, str]

_SALT = "forms of pages, version 1"
# Long enough for a page that stays open on a phone for a weekend.
_GOOD_FOR = timedelta(days=3)
_MOST_FIELDS = 40


class FormSeals:
    """Makes and checks the seals of forms. `keys` are those of links; the first signs."""

    def __init__(self, keys: Sequence[str]) -> None:
        # The library signs with the last.
        self._serializer = URLSafeSerializer(list(reversed(keys)), salt=_SALT)

    def seal(self, page: Page, now: datetime) -> str:
        """A text for a hidden field of a form on this page."""
        return str(self._serializer.dumps([page.kind, page.subscriber, page.subject, int(now.timestamp())]))

    def is_good(self, text: str, page: Page, now: datetime) -> bool:
        """Whether a form of this page, and not too old a one, held this text."""
        try:
            found = self._serializer.loads(text)
        except BadSignature:
            return False
        match found:
            case [page.kind, page.subscriber, page.subject, int(made_at)]:
                return -_GOOD_FOR.total_seconds() <= now.timestamp() - made_at <= _GOOD_FOR.total_seconds()
            case _:
                return False


async def read_fields(request: Request) -> Fields:
    """The fields of a form, however it was encoded. HTTPException where it is none, or holds files."""
    async with request.form(max_files=0, max_fields=_MOST_FIELDS) as form:
        return ImmutableMultiDict([(name, value) for name, value in form.multi_items() if isinstance(value, str)])
