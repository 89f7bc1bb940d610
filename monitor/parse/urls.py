"""Addresses: the publisher's, cleaned of tracking, and the form that identifies a page.

It never decodes punycode for display and never fetches. (courlan was passed over: it turns `amp=1` into `?=1`.)
"""

import re
from functools import lru_cache
from urllib.parse import SplitResult, quote, urljoin, urlsplit, urlunsplit

import idna
import tld

_TRACKING = frozenset({
    "fbclid", "gclid", "gclsrc", "dclid", "gbraid", "wbraid", "msclkid", "yclid", "ysclid", "twclid", "ttclid",
    "igshid", "igsh", "mc_cid", "mc_eid", "mkt_tok", "_ga", "_gl", "_hsenc", "_hsmi", "__twitter_impression",
    "s_cid", "cmpid", "ocid", "ito", "icid", "ncid", "xtor", "ns_campaign", "ns_mchannel", "ns_source",
    "ns_linkname", "ref_src", "ref_url", "smid", "smtyp", "soc_src", "soc_trk", "wt_mc", "wt.mc", "wtmc",
    "at_medium", "at_campaign", "at_custom1", "at_custom2", "at_custom3", "at_custom4", "guccounter",
    "guce_referrer", "guce_referrer_sig", "oly_anon_id", "oly_enc_id", "vero_id", "rb_clickid", "spm", "sharetoken",
    "taid",
})  # fmt: skip
_TRACKING_PREFIXES = ("utm_", "pk_", "mtm_", "hsa_", "at_")
_DEFAULT_PORTS = {"http": 80, "https": 443}
_PERCENT = re.compile(r"%([0-9A-Fa-f]{2})")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_STRIPPED = re.compile(r"[\t\r\n]")
_PATH_SAFE = "/%:@!$&'()*+,;=-._~"
_QUERY_SAFE = _PATH_SAFE + "?[]|"
_ROUTE = re.compile(r"!?/")
_HOST_LABEL = re.compile(r"[a-z0-9_.-]+")
_LONGEST = 4000
# A feed names most addresses twice, as link and as guid, and each is asked for in several forms, again by its articles.
_REMEMBERED = 512


def clean_url(url: str | None, base: str | None = None) -> str | None:
    """The http(s) address without tracking, credentials and fragment, resolved against `base`; None if it is none."""
    return _clean(url, base) if url and len(url) <= _LONGEST else None


@lru_cache(_REMEMBERED)
def _clean(url: str, base: str | None) -> str | None:
    parts = _split(url, base)
    if parts is None:
        return None
    netloc = _clean_host(parts)
    if netloc is None:
        return None
    path = _remove_dots(_clean_percent(parts.path, _PATH_SAFE)) or "/"
    query = "&".join(piece for piece in parts.query.split("&") if piece and not _is_tracking(piece))
    fragment = parts.fragment if _ROUTE.match(parts.fragment) else ""
    query, fragment = _clean_percent(query, _QUERY_SAFE), _clean_percent(fragment, _QUERY_SAFE)
    return urlunsplit((parts.scheme.lower(), netloc, path, query, fragment))


def canonical_url(url: str | None, base: str | None = None) -> str | None:
    """The form of an address that identifies its page: `clean_url` with the scheme folded to https."""
    cleaned = clean_url(url, base)
    # Cleaned once more, for the default port of the new scheme.
    return clean_url("https:" + cleaned.partition(":")[2]) if cleaned else None


def accept_canonical(claimed: str | None, page: str | None) -> str | None:
    """What a page claims as its own address, cleaned; None when it points at another site or at a home page.

    Without the page's own address there is nothing to hold an absolute claim against, and it is believed.
    """
    cleaned = clean_url(claimed, page)
    if cleaned is None or _is_home(cleaned):
        return None
    return cleaned if page is None or same_site(cleaned, page) else None


def same_site(one: str, other: str) -> bool:
    """Whether two addresses share their registrable domain, or their host where there is none (an IP address)."""
    return _site(one) == _site(other) != ""


def _split(url: str, base: str | None) -> SplitResult | None:
    """The parts of an http(s) address, or None; urllib raises ValueError for brackets and ports it cannot read."""
    try:
        url = _STRIPPED.sub("", url).strip().replace("\\", "/")
        parts = urlsplit(urljoin(base, url) if base else url)
        usable = parts.scheme.lower() in _DEFAULT_PORTS and parts.hostname and (parts.port or 0) >= 0
    except ValueError:
        return None
    return parts if usable else None


def _clean_host(parts: SplitResult) -> str | None:
    host = (parts.hostname or "").rstrip(".")
    if ":" in host:
        host = f"[{host}]"
    else:
        try:
            host = host if host.isascii() else idna.encode(host, uts46=True).decode()
        except (idna.IDNAError, UnicodeError):
            return None
        if not _HOST_LABEL.fullmatch(host):
            return None
    port = parts.port
    return host if port in (None, _DEFAULT_PORTS[parts.scheme.lower()]) else f"{host}:{port}"


def _clean_percent(text: str, safe: str) -> str:
    """Escapes in upper case, none for letters that need none, and one for every letter that does."""
    text = re.sub(r"%(?![0-9A-Fa-f]{2})", "%25", text)
    text = _PERCENT.sub(_clean_escape, text)
    return quote(text, safe=safe, errors="replace")


def _clean_escape(found: re.Match[str]) -> str:
    letter = chr(int(found.group(1), 16))
    return letter if letter in _UNRESERVED else found.group().upper()


def _remove_dots(path: str) -> str:
    """Resolve "." and ".." segments as RFC 3986 section 5.2.4 does; urljoin has done so only for relative addresses."""
    kept: list[str] = []
    segments = path.split("/")
    for segment in segments:
        if segment == "..":
            if len(kept) > 1:
                kept.pop()
        elif segment != ".":
            kept.append(segment)
    if segments[-1] in (".", ".."):
        kept.append("")
    return "/".join(kept)


def _is_tracking(piece: str) -> bool:
    name = piece.partition("=")[0].lower()
    return name in _TRACKING or name.startswith(_TRACKING_PREFIXES)


def _is_home(url: str) -> bool:
    parts = urlsplit(url)
    return parts.path in ("", "/", "/index.html", "/index.php") and not parts.query and not parts.fragment


def _site(url: str) -> str:
    host = urlsplit(url).hostname or ""
    domain = tld.get_fld(host, fail_silently=True, fix_protocol=True) if host else None
    return domain or host
