"""The Merkle tree: as RFC 9162 defines it, and different for every other list of leaves."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affino_mcp.audit.integrity.merkle import merkle_root

leaves = st.lists(st.binary(max_size=40), max_size=70)


def defined(of: list[bytes]) -> bytes:
    """The definition of RFC 9162, section 2.1.1, word by word."""
    if not of:
        return hashlib.sha256().digest()
    if len(of) == 1:
        return hashlib.sha256(b"\x00" + of[0]).digest()
    split = 1
    while split * 2 < len(of):
        split *= 2
    return hashlib.sha256(b"\x01" + defined(of[:split]) + defined(of[split:])).digest()


@given(leaves)
def test_the_root_is_the_one_that_the_rfc_defines(of: list[bytes]) -> None:
    assert merkle_root(of) == defined(of)


@given(leaves, leaves)
def test_two_lists_have_two_roots(one: list[bytes], other: list[bytes]) -> None:
    assert (merkle_root(one) == merkle_root(other)) == (one == other)


@given(leaves.filter(bool), st.data())
def test_one_bit_of_one_leaf_is_another_root(of: list[bytes], data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(of) - 1))
    longer = bytes([*of[place], data.draw(st.integers(0, 255))])
    bit = data.draw(st.integers(0, len(longer) * 8 - 1))
    flipped = (int.from_bytes(longer) ^ (1 << bit)).to_bytes(len(longer))
    before, after = [*of[:place], longer, *of[place + 1 :]], [*of[:place], flipped, *of[place + 1 :]]
    assert merkle_root(before) != merkle_root(after)


def test_a_tree_of_two_is_no_leaf() -> None:
    """Without different prefixes, the text of a node could pass for a leaf."""
    one, two = (hashlib.sha256(b"\x00" + leaf).digest() for leaf in (b"a", b"b"))
    assert merkle_root([b"a", b"b"]) != merkle_root([one + two])


@pytest.mark.parametrize(
    ("of", "root"),
    [
        ([], "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ([b""], "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"),
        (
            [bytes.fromhex(text) for text in ("", "00", "10", "2021", "3031", "40414243")],
            "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        ),
    ],
    ids=["none", "one", "six"],
)
def test_known_roots(of: list[bytes], root: str) -> None:
    """The vectors of Certificate Transparency's reference implementation."""
    assert merkle_root(of).hex() == root
