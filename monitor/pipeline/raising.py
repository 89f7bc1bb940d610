"""From stored matches to alerts: the routes of the files, narrowed by what is in the store at this moment."""

from collections.abc import Sequence
from datetime import datetime

from monitor.model import StoryChange
from monitor.pipeline.plan import Plan
from monitor.ports import Transaction
from monitor.route.routes import Audience, Candidate, route_matches
from monitor.route.updates import list_wanting, route_updates


async def raise_alerts(tx: Transaction, plan: Plan, candidates: Sequence[Candidate], now: datetime) -> None:
    """Store the alerts that follow from matches, in the transaction that stores the matches."""
    if candidates:
        await tx.add_alerts(route_matches(candidates, await read_audience(tx, plan, now), now))


async def raise_updates(tx: Transaction, plan: Plan, changes: Sequence[StoryChange], now: datetime) -> None:
    """Store what follows from changes of known stories for those who have been told of them, in the transaction that
    stores the changes. To be called after `raise_alerts`, and only where the source may alert.
    """
    await tx.adopt_alerts({alias: change.story for change in changes for alias in change.merged})
    stories = {change.story for change in changes if change.kind != "new"}
    if not stories or not any(route.update for route in plan.routes):
        return
    audience = await read_audience(tx, plan, now)
    told = await tx.list_told(stories, list_wanting(audience))
    await tx.add_alerts(route_updates(changes, told, audience, plan.sources, now))


async def read_audience(tx: Transaction, plan: Plan, now: datetime) -> Audience:
    """The routes and subscribers of the files with the choices and silences that are in force."""
    return Audience(
        routes=plan.routes,
        subscribers=plan.subscribers,
        choices=await tx.list_choices(),
        silences=(*plan.silences, *await tx.list_silences(now)),
    )
