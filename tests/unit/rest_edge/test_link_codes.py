"""A link's code in version 1 leads back to its two records, and nothing else is one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affino_mcp.catalogue.kinds import MAX_CODE
from affino_mcp.rest_edge.refusals import BadCall
from affino_mcp.rest_edge.version1.link_codes import read_link_code, write_link_code

CODES = st.integers(1, MAX_CODE)


@given(CODES, CODES)
def test_a_code_leads_back(user: int, account: int) -> None:
    code = write_link_code({"UserCode": user, "AccountCode": account})
    assert code.isdecimal()
    assert read_link_code(code) == {"UserCode": str(user), "AccountCode": str(account)}


@pytest.mark.parametrize("code", ["", "7", "2-1", "2100", "2199", "20102", "201x1", "0101", "²101", "9" * 40])
def test_what_is_no_code(code: str) -> None:
    with pytest.raises(BadCall):
        read_link_code(code)


@given(st.text(alphabet="0123456789", max_size=12))
def test_no_two_codes_name_the_same_link(code: str) -> None:
    try:
        found = read_link_code(code)
    except BadCall:
        return
    assert write_link_code(found) == code
