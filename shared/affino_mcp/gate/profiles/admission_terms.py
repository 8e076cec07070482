"""The terms on which a profile admits calls: until which day, of whom, and from where. What is empty asks for nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any, Final

from affino_mcp.errors import NetworkNotAllowed, NotConnectable, PersonNotAllowed, ProfileExpired, Refusal
from affino_mcp.gate.identity.person import Person
from affino_mcp.value_class import value_class

Network = IPv4Network | IPv6Network

SHARED_TERMS: Final = ("expires", "people", "groups", "connectable")
"""The terms that stand in the profile's row too, for those who list profiles without reading their secrets."""

_LISTS: Final = ("people", "groups", "networks", "connectable")


@value_class
class AdmissionTerms:
    """`expires` is the last day (ISO date, UTC); `people` are user codes; `networks` are in CIDR notation.

    A person is allowed by their own code or by one of their security groups. Without people and groups everybody is.
    `connectable` are the security groups whose members may connect apps and use connection tokens; without any nobody may.
    """

    expires: str = ""
    people: tuple[int, ...] = ()
    groups: tuple[str, ...] = ()
    networks: tuple[str, ...] = ()
    connectable: tuple[str, ...] = ()

    @property
    def is_for_some(self) -> bool:
        """True when not everybody is allowed."""
        return bool(self.people or self.groups)

    @property
    def end(self) -> datetime | None:
        """The first moment after the last day; None for terms that never end."""
        if not self.expires:
            return None
        return datetime.combine(date.fromisoformat(self.expires), time(), UTC) + timedelta(days=1)

    def is_over(self, at: datetime) -> bool:
        """True from the end of the last day on (24:00 UTC)."""
        return bool(self.expires) and at.astimezone(UTC).date().isoformat() > self.expires

    def allows_person(self, person: Person) -> bool:
        """True if calls in this person's name are admitted."""
        if not self.is_for_some:
            return True
        return person.user_code in self.people or not set(self.groups).isdisjoint(person.groups)

    def allows_connection(self, person: Person) -> bool:
        """True if this person may connect apps and use connection tokens."""
        return not set(self.connectable).isdisjoint(person.groups)

    def allows_source(self, source: str) -> bool:
        """True if calls from this address are admitted; an address that cannot be read is in no network."""
        if not self.networks:
            return True
        try:
            address = ip_address(source)
        except ValueError:
            return False
        if isinstance(address, IPv6Address) and address.ipv4_mapped:
            address = address.ipv4_mapped
        return any(address in network for network in self._parsed_networks)

    def find_refusal(self, source: str, at: datetime) -> Refusal | None:
        """Gives the refusal of a call from this address at this moment, whoever makes it; None when there is none."""
        if self.is_over(at):
            return ProfileExpired()
        return None if self.allows_source(source) else NetworkNotAllowed()

    def find_person_refusal(self, person: Person, *, connected: bool = False) -> Refusal | None:
        """Gives the refusal of a call in this person's name, `connected` by a connection token; None when there is none."""
        if not self.allows_person(person):
            return PersonNotAllowed()
        return NotConnectable() if connected and not self.allows_connection(person) else None

    @cached_property
    def _parsed_networks(self) -> tuple[Network, ...]:
        """The networks, parsed once for each version of a profile."""
        return tuple(ip_network(network) for network in self.networks)

    def to_json(self) -> dict[str, Any]:
        """Gives the terms as JSON values; `from_json` is the inverse."""
        return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self).items()}

    def to_row(self) -> dict[str, Any]:
        """Gives the attributes of the profile's row: the terms of SHARED_TERMS."""
        return {name: value for name, value in self.to_json().items() if name in SHARED_TERMS}

    @classmethod
    def from_json(cls, given: Mapping[str, Any]) -> AdmissionTerms:
        """Makes the terms from a document or a profile's row; what is missing (in older versions) asks for nothing."""
        lists: dict[str, Iterable[Any]] = {name: given.get(name, ()) for name in _LISTS}
        return cls(given.get("expires", ""), **{name: tuple(values) for name, values in lists.items()})
