"""What went wrong with a request, in plain words for an operator: no class names, no secrets."""

import socket
import ssl
from collections.abc import Mapping
from http import HTTPStatus

import aiohttp

from monitor.net.guard import AddressRefusedError
from monitor.net.unpack import MOST_PROPORTION, UnfoldsTooFarError

# What a request through monitor.net.http may raise. OSError includes TimeoutError; ValueError a header or address
# that cannot be sent.
REQUEST_ERRORS = (aiohttp.ClientError, OSError, ValueError)


def explain_failure(error: Exception) -> str:
    """A few words for one of REQUEST_ERRORS; the caller names the host before them."""
    cause = error.os_error if isinstance(error, aiohttp.ClientConnectorError) else error
    if isinstance(cause, AddressRefusedError):
        return str(cause)
    return next((words for kind, words in _WORDS if isinstance(error, kind) or isinstance(cause, kind)), _UNKNOWN)


def explain_status(status: int) -> str:
    """`answered 503 Service Unavailable`; our own words for the number, the server's may say anything."""
    phrase = _PHRASES.get(status)
    return f"answered {status} {phrase}" if phrase else f"answered {status}"


_PHRASES: Mapping[int, str] = {status.value: status.phrase for status in HTTPStatus}
_UNKNOWN = "the request failed"
# The first that fits; a special case stands before its kind.
_WORDS: tuple[tuple[type[Exception], str], ...] = (
    (aiohttp.ClientConnectorDNSError, "the host name is not known (DNS)"),
    (socket.gaierror, "the host name is not known (DNS)"),
    (ssl.SSLCertVerificationError, "its TLS certificate is not valid for this host"),
    (aiohttp.ClientConnectorCertificateError, "its TLS certificate is not valid for this host"),
    (ssl.SSLError, "no TLS connection could be made"),
    (TimeoutError, "no answer in time"),
    (ConnectionRefusedError, "the connection was refused"),
    (aiohttp.ServerDisconnectedError, "the connection was closed without an answer"),
    (ConnectionError, "the connection was reset"),
    (aiohttp.ClientConnectorError, "no connection could be made"),
    (UnfoldsTooFarError, f"its compressed body unfolds to more than {MOST_PROPORTION} times its size"),
    (aiohttp.ClientPayloadError, "the connection ended, or the encoding broke, before the whole answer had arrived"),
    (aiohttp.NonHttpUrlClientError, "only http and https addresses can be fetched"),
    (aiohttp.InvalidURL, "this is not an address that can be fetched"),
    (aiohttp.ClientResponseError, "the answer is not valid HTTP"),
    (aiohttp.ClientOSError, "the connection broke"),
    (OSError, "the connection broke"),
    (ValueError, "the address or a configured header cannot be sent"),
)
