"""A store and its transactions, put together from the tables of each topic."""

from contextlib import AbstractAsyncContextManager
from typing import Protocol

from monitor.ports.articles import ArticleTables
from monitor.ports.awaited import AwaitedTables
from monitor.ports.choices import ChoiceTables
from monitor.ports.digests import DigestTables
from monitor.ports.exports import ExportTables
from monitor.ports.notices import OperatorTables
from monitor.ports.outbox import OutboxTables
from monitor.ports.service import ServiceTables
from monitor.ports.sources import SourceTables


class Transaction(
    SourceTables,
    AwaitedTables,
    ArticleTables,
    DigestTables,
    ChoiceTables,
    OperatorTables,
    OutboxTables,
    ExportTables,
    ServiceTables,
    Protocol,
):
    """Reads and writes that commit together. Writing what is already there changes nothing."""


class Store(Protocol):
    """The one truth."""

    def transaction(self) -> AbstractAsyncContextManager[Transaction]:
        """A transaction that commits at the end of the block and rolls back when it raises."""

    async def find_fault(self) -> str | None:
        """What keeps this version from using the store; None when nothing does. StoreError when it does not answer."""
