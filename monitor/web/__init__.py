"""The pages of subscribers, their feeds, and what operators' own monitoring asks: one small server, without a login.

Links are signed (monitor.render.page_links) and open one page of one subscriber. What is chosen here only ever narrows
what the operator's files give. Nothing here needs JavaScript.
"""

from monitor.web.server import address_of, open_listener, serving
from monitor.web.site import Site, create_app

__all__ = ["Site", "address_of", "create_app", "open_listener", "serving"]
