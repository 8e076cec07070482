"""Names the network that counts as one source of requests, and the account behind an e-mail address."""

from __future__ import annotations

import hashlib
from ipaddress import IPv6Address, ip_address, ip_network

from affino_mcp.gate.identity.emails import fold_email


def client_network(source: str, bits: int = 32) -> str:
    """Gives an IPv4 address (or its first `bits`), the first 64 bits of an IPv6 address, any other text as it is."""
    try:
        address = ip_address(source)
    except ValueError:
        return source[:64]
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    if address.version == 4 and bits == 32:
        return str(address)
    return str(ip_network(f"{address}/{bits if address.version == 4 else 64}", strict=False))


def account_key(email: str) -> str:
    """Gives a digest that is the same for every spelling of an e-mail address."""
    return hashlib.sha256(fold_email(email).encode()).hexdigest()[:32]
