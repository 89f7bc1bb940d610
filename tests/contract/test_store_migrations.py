"""Every store: what an older version wrote is there after its schema was brought up to date."""

from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, text

import monitor.store.migrations
from monitor.ports import Transaction
from tests.builders import NOON
from tests.contract.stores import MINUTE, claim_due, in_transaction
from tests.contract.test_store_database import in_connection

MIGRATIONS = Path(monitor.store.migrations.__file__).parent


def write_as(url: str, revision: str, *statements: tuple[str, dict[str, Any]]) -> None:
    """A database as a version left it that knew the migrations up to this one."""

    def write(connection: Connection) -> None:
        config = Config()
        config.attributes["connection"] = connection
        config.set_main_option("script_location", str(MIGRATIONS))
        config.set_main_option("path_separator", "os")
        command.upgrade(config, revision)
        for statement, parameters in statements:
            connection.execute(text(statement), parameters)

    in_connection(url, write)


def test_messages_that_waited_in_an_older_database_are_sent_with_the_same_bytes(store_url: str) -> None:
    digest = (
        "INSERT INTO digests (id, subscriber, window_start, composed_at, document)"
        " VALUES ('d1', 'ana', :noon, :noon, '{}')"
    )
    delivery = (
        "INSERT INTO deliveries (id, digest, subscriber, channel, payload, created_at, state, attempts,"
        " next_attempt_at, lease_token) VALUES (:id, 'd1', 'ana', :channel, :payload, :noon, 'pending', 2, :due, 7)"
    )
    rows = [
        {"id": "d1-email", "channel": "email", "payload": b"\x00mail\xff", "noon": NOON, "due": NOON},
        {"id": "d1-slack", "channel": "slack", "payload": b"", "noon": NOON, "due": NOON + MINUTE},
    ]
    write_as(store_url, "0019", (digest, {"noon": NOON}), *((delivery, row) for row in rows))

    async def scenario(tx: Transaction) -> None:
        (claim,) = await claim_due(tx)
        assert (claim.delivery.id, claim.delivery.payload, claim.delivery.attempts) == ("d1-email", b"\x00mail\xff", 2)
        assert claim.token == 8
        assert sorted(each.payload for each in await tx.list_deliveries()) == [b"", b"\x00mail\xff"]
        assert await claim_due(tx, channel="slack") == ()

    in_transaction(store_url, scenario)
