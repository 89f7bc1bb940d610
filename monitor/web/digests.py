"""A digest in the browser: all of its stories, which a mail may have had no room for."""

from starlette.requests import Request
from starlette.responses import Response

from monitor.model import DigestId
from monitor.render.views import view_digest
from monitor.web.errors import PageError
from monitor.web.rendering import render_page
from monitor.web.visits import Site, open_visit


async def show_digest(site: Site, request: Request) -> Response:
    """As it was frozen; what has become of its stories since does not show."""
    visit = open_visit(site, request, "digest")
    async with site.store.transaction() as tx:
        found = await tx.list_digests(visit.subscriber.id, ids=[DigestId(visit.page.subject)])
    if not found:
        raise PageError(
            404,
            "This message is not here",
            "It was a test, or it has been thrown away. Messages that were sent to you stay as they are.",
        )
    return render_page(
        "digest.html",
        visit=visit,
        view=view_digest(found[0], visit.subscriber, site.nearby),
        composed_at=visit.tell(found[0].composed_at),
    )
