"""Messages signed for their domain (DKIM, RFC 6376), by the optional package dkimpy."""

from dataclasses import dataclass, field

from monitor.errors import ConfigError, Problem

# What a reader or a mail system acts on; a header that is missing is signed as missing, so that none can be added.
_SIGNED = (
    b"from", b"to", b"subject", b"date", b"message-id", b"in-reply-to", b"references", b"mime-version",
    b"content-type", b"content-language", b"list-id", b"list-unsubscribe", b"list-unsubscribe-post",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class DkimKey:
    """A private key in PEM, and where its public half stands in the DNS: at `selector`._domainkey.`domain`."""

    domain: str
    selector: str
    private_key: str = field(repr=False)


def sign_message(message: bytes, key: DkimKey) -> bytes:
    """The message with a signature before it; ConfigError when there is nothing to sign with."""
    try:
        import dkim  # noqa: PLC0415 - an optional extra
    except ImportError:
        raise _problem(
            'mail is to be signed (setting "dkim"), which needs: pip install "media-monitor[dkim]"'
        ) from None
    try:
        signature: bytes = dkim.sign(
            message,
            key.selector.encode("ascii"),
            key.domain.encode("ascii"),
            key.private_key.encode("utf-8"),
            canonicalize=(b"relaxed", b"relaxed"),
            include_headers=_SIGNED,
        )
    except (dkim.DKIMException, ValueError, IndexError) as error:
        # Not "from error": its text may hold a part of the key.
        raise _problem(f'mail cannot be signed with the key of the setting "dkim": {type(error).__name__}') from None
    return signature + message


def _problem(message: str) -> ConfigError:
    return ConfigError([Problem("", 0, 0, message)])
