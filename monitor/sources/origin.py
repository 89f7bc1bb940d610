"""A source's own server, and what it alone may see: the headers and the password that the operator gave for it."""

from dataclasses import dataclass

import aiohttp
from multidict import CIMultiDict
from yarl import URL

from monitor.errors import FetchError
from monitor.model import Source
from monitor.net.failures import explain_failure
from monitor.net.redact import redact_url
from monitor.net.unpack import ACCEPT_ENCODING


@dataclass(frozen=True, slots=True)
class Origin:
    """The configured address without its password, and the headers that only its own server may see."""

    url: URL
    private_headers: CIMultiDict[str]

    @classmethod
    def of(cls, source: Source) -> "Origin":
        """FetchError when the address of the source is none."""
        headers = CIMultiDict(source.headers)
        try:
            url = URL(source.address)
            if url.user is not None:
                headers.setdefault("Authorization", aiohttp.encode_basic_auth(url.user, url.password or ""))
            return cls(url.with_user(None) if url.raw_host else url, headers)
        except ValueError as error:
            raise FetchError(f"{redact_url(source.address)}: {explain_failure(error)}") from error

    def headers_for(self, url: URL, accept: str) -> CIMultiDict[str]:
        """What a request to `url` says of itself."""
        headers = CIMultiDict({"Accept": accept, "Accept-Encoding": ACCEPT_ENCODING})
        if self._is_own(url):
            headers.update(self.private_headers)
        return headers

    def _is_own(self, url: URL) -> bool:
        """Same scheme, host and port; or the same host gone from http to https, each on its usual port."""
        if url.raw_host != self.url.raw_host:
            return False
        upgraded = (self.url.scheme, self.url.port, url.scheme, url.port) == ("http", 80, "https", 443)
        return upgraded or (url.scheme, url.port) == (self.url.scheme, self.url.port)


def read_address(url: str) -> URL:
    """What a publisher named as an address, without a password; FetchError, and for good, when it is none."""
    try:
        address = URL(url)
        return (address.with_user(None) if address.raw_host else address).with_fragment(None)
    except ValueError as error:
        raise FetchError(f"{redact_url(url)}: {explain_failure(error)}", transient=False) from error
