"""The code of a link in version 1: a number that holds both of its records, since methods name a link by those."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from affino_mcp.rest_edge.arguments import Arguments
from affino_mcp.rest_edge.refusals import BadCall

_LINK_CODE: Final = re.compile(r"[1-9][0-9]{3,33}")
_WIDTH_DIGITS: Final = 2


def write_link_code(link: Mapping[str, Any]) -> str:
    """The link's code here: the contact's, the account's, and how many digits that one has; a number, as every code is."""
    account = str(link["AccountCode"])
    return f"{link['UserCode']}{account}{len(account):0{_WIDTH_DIGITS}}"


def read_link_code(code: str) -> Arguments:
    """The contact and the account of a link, out of its code here. Raises BadCall."""
    width = int(code[-_WIDTH_DIGITS:]) if _LINK_CODE.fullmatch(code) else 0
    pair = code[:-_WIDTH_DIGITS]
    user, account = pair[:-width], pair[-width:]
    if not width or not user or account.startswith("0"):
        raise BadCall("A UserAccountCode is one that POST useraccounts gave, or the record of a user has.")
    return {"UserCode": user, "AccountCode": account}
