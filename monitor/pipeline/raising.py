"""From stored matches to alerts: the routes of the files, narrowed by what is in the store at this moment."""

from collections.abc import Sequence
from datetime import datetime

from monitor.pipeline.plan import Plan
from monitor.ports import Transaction
from monitor.route.routes import Audience, Candidate, route_matches


async def raise_alerts(tx: Transaction, plan: Plan, candidates: Sequence[Candidate], now: datetime) -> None:
    """Store the alerts that follow from matches, in the transaction that stores the matches."""
    await tx.add_alerts(route_matches(candidates, await read_audience(tx, plan, now), now))


async def read_audience(tx: Transaction, plan: Plan, now: datetime) -> Audience:
    """The routes and subscribers of the files with the choices and silences that are in force."""
    return Audience(
        routes=plan.routes,
        subscribers=plan.subscribers,
        choices=await tx.list_choices(),
        silences=(*plan.silences, *await tx.list_silences(now)),
    )
