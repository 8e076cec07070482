"""The login guard: slows down guessing, never a right password (R129-R131). It is asked only after a wrong one."""

from __future__ import annotations

import hashlib
from ipaddress import IPv6Address, ip_address, ip_network

from affino_mcp.clock import Clock, seconds
from affino_mcp.gate import rows
from affino_mcp.gate.emails import folded
from affino_mcp.settings import Settings
from affino_mcp.store.ops import Compare, ConditionFailed, Database, Item, Put, Update, absent, any_of, exists

MOST = 10
WINDOW = 15 * 60
_TURNS = 6


class LoginGuard:
    """Counts wrong logins for each (source, account). Every method may raise StoreUnavailable: the login then goes on."""

    def __init__(self, db: Database, settings: Settings, clock: Clock) -> None:
        self._db, self._table, self._clock = db, settings.gate_table, clock

    def failed(self, source: str, email: str) -> int | None:
        """Count a wrong login. None while there may be more; else the seconds to wait (R130).

        The window starts at the first wrong login; later ones never extend it.
        """
        now = seconds(self._clock())
        for _ in range(_TURNS):
            row = self._counted(source, email, now)
            if row is not None:
                return row["since"] + WINDOW - now if row["count"] > MOST else None
        return None

    def succeeded(self, source: str, email: str) -> None:
        """A right login clears the pair."""
        key = rows.guard(network(source), _account(email))
        try:
            self._db.update(Update(self._table, key, assign={"count": 0}, condition=exists()))
        except ConditionFailed:
            return

    def _counted(self, source: str, email: str, now: int) -> Item | None:
        key = rows.guard(network(source), _account(email))
        running = Compare("since", ">", now - WINDOW)
        try:
            return self._db.update(Update(self._table, key, add={"count": 1}, condition=running))
        except ConditionFailed:
            return self._opened(Put(self._table, key._asdict() | {"count": 1, "since": now, "ttl": now + 2 * WINDOW}))

    def _opened(self, put: Put) -> Item | None:
        over = any_of(absent(), Compare("since", "<=", put.item["since"] - WINDOW))
        try:
            self._db.put(Put(put.table, put.item, over))
        except ConditionFailed:
            return None
        return put.item


def network(source: str) -> str:
    """What counts as one source: an IPv4 address, the first 64 bits of an IPv6 address, anything else as it is."""
    try:
        address = ip_address(source)
    except ValueError:
        return source[:64]
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    return str(address) if address.version == 4 else str(ip_network(f"{address}/64", strict=False))


def _account(email: str) -> str:
    return hashlib.sha256(folded(email).encode()).hexdigest()[:32]
