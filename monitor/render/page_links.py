"""The addresses of the pages that subscribers reach from their messages: signed, without a login, and never expiring.

A token says what its page is for and whose it is. It is signed, so that nobody can make one for somebody else; it
carries no secret. The first of the keys signs, all of them are accepted, so that links in old messages outlive a
change of the key.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from itsdangerous import BadSignature, URLSafeSerializer

from monitor.model import DigestId, StoryId, SubscriberId

PageKind = Literal["settings", "unsubscribe", "digest", "story", "feed"]
FeedFormat = Literal["atom", "json"]

_KINDS: tuple[PageKind, ...] = get_args(PageKind)
_SALT = "pages of subscribers, version 1"


@dataclass(frozen=True, slots=True)
class Page:
    """What a token opens. `subject` is the id of the digest or the story, empty for the other kinds."""

    kind: PageKind
    subscriber: SubscriberId
    subject: str = ""


class PageTokens:
    """Makes and opens tokens. `keys` are texts, the first of which signs."""

    def __init__(self, keys: Sequence[str]) -> None:
        if not keys:
            raise ValueError("no key to sign with")
        # The library signs with the last.
        self._serializer = URLSafeSerializer(list(reversed(keys)), salt=_SALT)

    def seal(self, page: Page) -> str:
        """The token of a page: letters, digits, `-`, `_` and `.`."""
        return str(self._serializer.dumps([page.kind, page.subscriber, page.subject]))

    def open(self, token: str, kind: PageKind) -> Page | None:
        """The page of this kind that a token opens; None for any other text."""
        try:
            found = self._serializer.loads(token)
        except BadSignature:
            return None
        match found:
            case [str(name), str(subscriber), str(subject)] if name == kind and name in _KINDS:
                return Page(kind, SubscriberId(subscriber), subject)
            case _:
                return None


class PageLinks:
    """Full addresses below `public_url`, at which subscribers reach the pages of this service."""

    def __init__(self, public_url: str, tokens: PageTokens) -> None:
        self._base = public_url.rstrip("/")
        self._tokens = tokens

    @property
    def is_secure(self) -> bool:
        """Whether they are https: only then may a mail promise an unsubscription by one click (RFC 8058)."""
        return self._base.startswith("https://")

    def settings(self, subscriber: SubscriberId) -> str:
        """Where a subscriber pauses, slows down or mutes what they get."""
        return self._link(Page("settings", subscriber))

    def unsubscribe(self, subscriber: SubscriberId) -> str:
        """GET shows a page with a button, POST acts."""
        return self._link(Page("unsubscribe", subscriber))

    def digest(self, subscriber: SubscriberId, digest: DigestId) -> str:
        """A digest in the browser."""
        return self._link(Page("digest", subscriber, digest))

    def story(self, subscriber: SubscriberId, story: StoryId) -> str:
        """Where a subscriber mutes a story or its rules, and says whether it was relevant."""
        return self._link(Page("story", subscriber, story))

    def feed(self, subscriber: SubscriberId, form: FeedFormat) -> str:
        """What a subscriber got lately, for a feed reader. Whoever knows the address can read it."""
        return f"{self._link(Page('feed', subscriber))}.{form}"

    def _link(self, page: Page) -> str:
        return f"{self._base}/{page.kind}/{self._tokens.seal(page)}"
