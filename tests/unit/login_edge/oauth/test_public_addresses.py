"""Addresses that a fetch may go to, and the forms under which others hide."""

from ipaddress import IPv4Address, IPv6Address

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from affino_mcp.login_edge.oauth.public_addresses import is_public_address

FORBIDDEN = [
    "0.0.0.0", "10.1.2.3", "100.64.0.1", "127.0.0.1", "127.255.255.254", "169.254.169.254", "169.254.170.2", "172.16.0.1",
    "172.31.255.255", "192.0.0.8", "192.0.2.1", "192.168.1.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1",
    "239.255.255.250", "240.0.0.1", "255.255.255.255", "::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
    "::ffff:169.254.169.254", "::ffff:0:127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "100::1",
    "2001:0:7f00:1::f5ff:fffe", "2001:db8::1", "2001:2::1", "2002:7f00:1::", "2002:a00:1::1", "2002:a9fe:a9fe::1", "3fff::1",
    "fc00::1", "fd00:ec2::254", "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1", "2a00:1450::5efe:a00:1",
    "2a00:1450::200:5efe:7f00:1", "4000::1", "2130706433", "0x7f000001", "0177.0.0.1", "127.1", "localhost", "",
]  # fmt: skip
ALLOWED = [
    "8.8.8.8",
    "93.184.216.34",
    "2606:4700::6810:84e5",
    "2a00:1450:4001:82a::200e",
    "64:ff9b::808:808",
    "::ffff:8.8.8.8",
]
EMBEDDING = {
    "mapped": lambda low: (0xFFFF << 32) | low,
    "compatible": lambda low: low,
    "translated": lambda low: (0x64FF9B << 96) | low,
    "6to4": lambda low: (0x2002 << 112) | (low << 80) | 1,
    "isatap": lambda low: (0x2A001450 << 96) | (0x5EFE << 32) | low,
    "teredo server": lambda low: (0x20010000 << 96) | (low << 64) | 1,
    "teredo client": lambda low: (0x20010000 << 96) | (0x08080808 << 64) | (low ^ 0xFFFFFFFF),
}


@pytest.mark.parametrize("address", FORBIDDEN)
def test_no_other_address_is_public(address: str) -> None:
    assert not is_public_address(address)


@pytest.mark.parametrize("address", ALLOWED)
def test_addresses_of_the_internet(address: str) -> None:
    assert is_public_address(address)


@settings(deadline=None, max_examples=50)
@given(low=st.ip_addresses(v=4).filter(lambda one: not one.is_global), form=st.sampled_from(sorted(EMBEDDING)))
def test_a_private_address_inside_another_is_private(low: IPv4Address, form: str) -> None:
    assert not is_public_address(str(IPv6Address(EMBEDDING[form](int(low)))))
