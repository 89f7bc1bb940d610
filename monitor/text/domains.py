"""The registrable domain of an address: the unit that servers count by, and that the poller keeps its pace for."""

from functools import lru_cache
from urllib.parse import urlsplit

from tld import get_tld

_REMEMBERED = 65_536


@lru_cache(maxsize=_REMEMBERED)
def registrable_domain(address: str) -> str:
    """`example.co.uk` for any host below it; an IP address or of a name without a public suffix the last two parts.

    Private suffixes do not count: all the blogs of one provider share one provider's patience.
    """
    try:
        host = (urlsplit(address).hostname or "").rstrip(".")
        found = get_tld(f"http://{host}/", as_object=True, fail_silently=True, search_private=False)
    except ValueError:
        return ""
    fld = getattr(found, "fld", None)
    return str(fld) if fld else _last_two_labels(host)


def _last_two_labels(host: str) -> str:
    """What stands for a domain in a network of one's own, such as `corp.internal`; an address stays whole."""
    is_address = ":" in host or host.replace(".", "").isdigit()
    return host if is_address else ".".join(host.split(".")[-2:])
