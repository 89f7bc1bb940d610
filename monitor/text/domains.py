"""The registrable domain of an address: the unit that servers count by, and that the poller keeps its pace for."""

from functools import lru_cache
from urllib.parse import urlsplit

from tld import get_tld

_REMEMBERED = 65_536


@lru_cache(maxsize=_REMEMBERED)
def registrable_domain(address: str) -> str:
    """`example.co.uk` for any host below it; an IP address or a name without a public suffix stands for itself.

    Private suffixes do not count: all the blogs of one provider share one provider's patience.
    """
    try:
        host = (urlsplit(address).hostname or "").rstrip(".")
        found = get_tld(f"http://{host}/", as_object=True, fail_silently=True, search_private=False)
    except ValueError:
        return ""
    fld = getattr(found, "fld", None)
    return str(fld) if fld else host
