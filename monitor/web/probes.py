"""What a supervisor and a monitoring system ask: does the process live, is it ready, and how is it doing?

`/healthz` is about this process alone: restart it when it fails. `/readyz` is about all that it needs. Both say no with
a reason, and neither holds a secret. `/metrics` is for this machine, or for whoever knows the password.
"""

import asyncio
import hmac
from base64 import b64decode
from ipaddress import ip_address
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from monitor.errors import StoreError
from monitor.web.visits import Site

# Ticks come every second; a minute without any is a scheduler that has died.
_ALIVE, _LATELY = 60.0, 15.0
_PATIENCE = 5.0
_FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip")


async def show_health(site: Site, _request: Request) -> Response:
    """Whether the loop turns and its scheduler ticks."""
    silent = site.vitals.silent_for()
    return _answer(
        [f"the scheduler has not ticked for {silent:.0f} s"] if silent > _ALIVE else [],
        seconds_since_tick=round(silent, 1),
    )


async def show_readiness(site: Site, _request: Request) -> Response:
    """Whether the service can do its work now."""
    silent, rules = site.vitals.silent_for(), site.rules()
    reasons = [f"the scheduler has not ticked for {silent:.0f} s"] if silent > _LATELY else []
    reasons += [] if rules else ["no rule is in force"]
    broken: list[str] = []
    try:
        async with asyncio.timeout(_PATIENCE):
            fault = await site.store.find_fault()
            if fault is None:
                async with site.store.transaction() as tx:
                    broken = [state.rule for state in await tx.list_rule_states()]
    except TimeoutError:
        fault = f"the store has not answered within {_PATIENCE:.0f} s"
    except StoreError:
        fault = "the store does not answer"  # its own words may name hosts
    reasons += [fault] if fault else []
    return _answer(reasons, seconds_since_tick=round(silent, 1), rules=rules, broken_rules=broken)


async def show_metrics(site: Site, request: Request) -> Response:
    """The metrics, in the format that the client prefers."""
    refusal = _refuse(request, site.password)
    if refusal is not None:
        return refusal
    await site.meters.expose(site.store, site.plan(), site.rules(), site.clock())
    content, kind = site.meters.write(request.headers.get("accept", ""))
    return Response(content, media_type=kind)


def _answer(reasons: list[str], **facts: Any) -> Response:
    return JSONResponse({"ok": not reasons, "reasons": reasons, **facts}, 503 if reasons else 200)


def _refuse(request: Request, password: str | None) -> Response | None:
    """None for whoever may see metrics. A proxy on this machine speaks for others, who need the password."""
    if password is None:
        if _is_local(request):
            return None
        return PlainTextResponse('only for this machine: set "web.password" to let others ask\n', 403)
    if hmac.compare_digest(_password_of(request).encode(), password.encode()):
        return None
    challenge = {"WWW-Authenticate": 'Basic realm="metrics", charset="UTF-8"'}
    return PlainTextResponse("the password is needed\n", 401, challenge)


def _is_local(request: Request) -> bool:
    if request.client is None or any(name in request.headers for name in _FORWARDED):
        return False
    return ip_address(request.client.host.partition("%")[0]).is_loopback


def _password_of(request: Request) -> str:
    """That of basic authentication, whatever the name; empty where there is none."""
    scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return ""
    try:
        return b64decode(encoded, validate=True).decode().partition(":")[2]
    except ValueError:
        return ""
