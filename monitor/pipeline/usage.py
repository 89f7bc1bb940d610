"""The time that rules take, from the matcher's memory to the store."""

from monitor.pipeline.plan import Ports


async def save_usage(ports: Ports) -> None:
    """Add what the rules have cost and found since this was last done."""
    usage = ports.matcher.take_usage()
    if usage:
        async with ports.store.transaction() as tx:
            await tx.add_rule_usage(usage, ports.clock())
