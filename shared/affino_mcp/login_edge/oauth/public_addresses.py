"""Tells addresses of the public internet from all others, which no request of somebody else's choice may reach.

The registries are the IANA IPv4 and IPv6 Special-Purpose Address Registries (RFC 6890), as `ipaddress` holds them, with what
older releases of it leave out. Tunnels that find their way by the address alone (6to4, Teredo) count as not public.
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final

_GLOBAL_UNICAST: Final = IPv6Network("2000::/3")
"""What IANA hands out as IPv6 (RFC 4291, section 2.4)."""
_NAT64: Final = IPv6Network("64:ff9b::/96")
"""An IPv4 address behind a translator (RFC 6052, section 2.1)."""
_SPECIAL: Final = (
    IPv4Network("192.0.0.0/24"),
    IPv4Network("192.88.99.0/24"),
    IPv6Network("2001::/23"),
    IPv6Network("2002::/16"),
    IPv6Network("3fff::/20"),
)
"""Protocol assignments with Teredo among them, relays of 6to4 and 6to4, and documentation."""
_ISATAP_MARKS: Final = frozenset({0x00005EFE, 0x02005EFE})
"""The upper half of an interface identifier that ends with an IPv4 address (RFC 5214, section 6.1)."""


def is_public_address(text: str) -> bool:
    """True when the address, and every IPv4 address in it, is globally reachable unicast; False for what is no address.

    IPv4 addresses are in mapped, NAT64 and ISATAP addresses.
    """
    try:
        address = ip_address(text)
    except ValueError:
        return False
    if isinstance(address, IPv4Address):
        return _is_global(address)
    is_outer_public = (
        address.ipv4_mapped is not None or address in _NAT64 or (address in _GLOBAL_UNICAST and _is_global(address))
    )
    return is_outer_public and all(map(_is_global, _embedded_addresses(address)))


def _is_global(address: IPv4Address | IPv6Address) -> bool:
    special = address.is_multicast or address.is_unspecified or address.is_reserved
    return address.is_global and not special and not any(address in network for network in _SPECIAL)


def _embedded_addresses(address: IPv6Address) -> list[IPv4Address]:
    """The IPv4 addresses that the IPv6 address leads to."""
    low = IPv4Address(int(address) & 0xFFFFFFFF)
    is_isatap = (int(address) >> 32) & 0xFFFFFFFF in _ISATAP_MARKS
    return [low] if address.ipv4_mapped is not None or address in _NAT64 or is_isatap else []
