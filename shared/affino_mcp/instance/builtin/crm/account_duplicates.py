"""Finds accounts that look like a new one."""

from __future__ import annotations

from affino_mcp.catalogue.families.accounts import ACCOUNT
from affino_mcp.catalogue.matching import Values
from affino_mcp.catalogue.warning import WarningCode
from affino_mcp.instance.builtin.engine.document import Document
from affino_mcp.instance.builtin.engine.index import find_alike
from affino_mcp.instance.builtin.engine.records import Records
from affino_mcp.instance.port import Call, RecordRef
from affino_mcp.plain_text import look, plain


def warn_of_duplicates(records: Records, call: Call, checked: Values) -> None:
    """Warns of accounts of the same name, unless both have websites and these differ."""
    codes = find_alike(records.db, records.table, ACCOUNT.family, checked["Name"])
    found = records.load_documents(RecordRef(ACCOUNT.family, code) for code in codes)
    same = [d for d in found.values() if look(d.label) == look(checked["Name"]) and _is_same_site(d, checked)]
    if same:
        codes = [d.code for d in same]
        text = "An account of this name exists already. Link contacts to it with link_contact_to_account instead."
        call.warn(
            WarningCode.POSSIBLE_DUPLICATE, "Name", text, PossibleDuplicates=[{ACCOUNT.code: code} for code in codes]
        )


def _is_same_site(document: Document, checked: Values) -> bool:
    sites = {_plain_site(site) for site in (document.values.get("Website"), checked.get("Website")) if site}
    return len(sites) < 2


def _plain_site(website: str) -> str:
    return plain(website).removeprefix("https://").removeprefix("http://").removeprefix("www.").rstrip("/")
