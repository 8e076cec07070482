"""Contacts on the builtin instance. Members of staff are contacts too: in Affino every person is a user."""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import Any, Final

from affino_mcp.catalogue.families.contacts import CONTACT
from affino_mcp.catalogue.families.member_lists import CONTACT_LISTS
from affino_mcp.catalogue.families.shared import ACCOUNT as ACCOUNT_FIELD
from affino_mcp.catalogue.matching import Values
from affino_mcp.catalogue.method import Method
from affino_mcp.instance.builtin.crm import consents, contact_account_links, opportunity_summaries
from affino_mcp.instance.builtin.engine.document import created
from affino_mcp.instance.builtin.engine.index import Facets, topic_tags
from affino_mcp.instance.builtin.engine.record_state import Stored
from affino_mcp.instance.builtin.engine.records import Known, Records, check_unchanged
from affino_mcp.instance.builtin.listing import in_memory_pages, listing, member_filtering
from affino_mcp.instance.builtin.member_lists import member_lists
from affino_mcp.instance.builtin.references import references
from affino_mcp.instance.builtin.references.rendering import full, shows
from affino_mcp.instance.port import Call, Done, RecordRef
from affino_mcp.tool_errors import Conflict, InvalidArgument, NotFound

FAMILY: Final = CONTACT.family
CODE: Final = CONTACT.code
AT: Final = ACCOUNT_FIELD.name
CONTACT_LIST: Final = CONTACT_LISTS.record


def facets(stored: Stored) -> Facets:
    """Facets of a contact."""
    creator = stored.document.creator
    rows = [f"account={code}" for code in sorted(stored.to("accounts"))]
    rows += [f"permission={code}" for code in consents.granted(stored)]
    rows += [f"mine={creator}"] if creator else []
    rows += ["staff"] if stored.document.system.get("Staff") else []
    topics = topic_tags(stored.document.values)
    return Facets(tuple(rows), topics, tuple(str(RecordRef("accounts", code)) for code in stored.to("accounts")))


def list_contacts(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Lists contact summaries."""
    wanted = {"account": values.get(AT), "permission": values.get("PermissionCode")}
    rows = [f"{facet}={code}" for facet, code in wanted.items() if code]
    rows += [f"mine={call.actor.user_code}"] if values.get("Mine") else []
    rows += ["staff"] if values.get("StaffOnly") else []
    tags = topic_tags(values)
    plan, on_list = listing.Plan(CONTACT, tuple(rows), tags), values.get(CONTACT_LIST.code)
    if values.get("Email"):
        return _by_email(records, plan, values, call)
    if on_list:
        return member_filtering.run(
            records, plan, member_lists.source(records, call, CONTACT_LIST, on_list), values, call
        )
    return listing.run(records, plan, values, call)


def _by_email(records: Records, plan: listing.Plan, values: Values, call: Call) -> Done:
    """Lists at most one contact, found by e-mail address; the other filters apply to it too."""
    listing.asked(values)
    code = records.taken(FAMILY, "Email", values["Email"])
    stored = records.load(FAMILY, code) if code else None
    fits = stored and listing.admits(plan, facets(stored)) and _is_on_list(records, stored.document.code, values, call)
    return in_memory_pages.pages(records, plan, [stored.document] if stored and fits else [], values, call)


def _is_on_list(records: Records, code: int, values: Values, call: Call) -> bool:
    on_list = values.get(CONTACT_LIST.code)
    return not on_list or code in member_lists.source(records, call, CONTACT_LIST, on_list).holding([code])


def get_contact(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Answers one contact, found by exactly one of its keys."""
    keys = [field.name for field in method.arguments if values.get(field.name) is not None]
    if len(keys) != 1:
        names = ", ".join(field.name for field in method.arguments)
        raise InvalidArgument(keys[1] if keys else CODE, f"Give exactly one of {names}.")
    code = values[CODE] if keys == [CODE] else records.taken(FAMILY, keys[0], values[keys[0]])
    stored = records.load(FAMILY, code) if code else None
    if stored is None:
        raise NotFound(keys[0], CONTACT.words)
    return Done({"Contact": present(records, call, stored)}, stored.document.ref)


def present(
    records: Records, call: Call, stored: Stored, have: Known | None = None, new: bool = False
) -> dict[str, Any]:
    """Renders the full contact with links and consents; accounts have names only where the call may read accounts."""
    accounts = stored.to("accounts")
    known = records.documents((("accounts", code) for code in accounts), have)
    derived: dict[str, Any] = {"Permissions": consents.shown(stored, revoked=False)}
    if shows(call, "accounts", "Accounts"):
        derived["Accounts"] = [
            {**contact_account_links.shown(stored.document.code, code, link), "Name": known["accounts", code].label}
            for code, link in sorted(accounts.items())
            if ("accounts", code) in known
        ]
    if shows(call, "opportunities", "Opportunities"):
        derived["Opportunities"] = [] if new else opportunity_summaries.of(records, f"user={stored.document.code}")
    return full(call, stored.document, known, **derived)


def create_contact(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Creates a contact; links it to an account when one is given."""
    change = records.change(method, values, call)
    account = records.require("accounts", AT, values[AT], "account") if values.get(AT) else None
    checked, known = references.check(records, change, CONTACT, values)
    code = records.codes.take(FAMILY, change)
    contact = Stored(created(FAMILY, code, call, checked, UIDString=str(uuid.uuid4()), Disabled=False, Staff=False))
    if account is not None:
        link = contact_account_links.new_link(records, change, JobTitle=values.get("JobTitle"))
        contact = contact.related(account.document.ref, link)
        change.must_exist(account.document.key, lambda _: NotFound(AT, "account"))
        known["accounts", account.document.code] = account.document
    records.save(change, None, contact)
    return change.commit({"Contact": present(records, call, contact, known, new=True)})


def update_contact(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Updates the given attributes of a contact; null clears one. Links and consents have methods of their own."""
    before = records.require(FAMILY, CODE, values[CODE], CONTACT.words)
    check_unchanged(before.document, values)
    change = records.change(method, values, call)
    checked, _ = references.check(records, change, CONTACT, values)
    after = replace(before, document=before.document.changed(call, checked))
    if after.document.values == before.document.values:
        return change.nothing({"Contact": present(records, call, before)}, before.document.ref)
    records.save(change, before, after)
    return change.commit({"Contact": present(records, call, after)})


def delete_contact(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Deletes a contact. Raises Conflict for a member of staff and for the primary contact of an account."""
    before = records.require(FAMILY, CODE, values[CODE], CONTACT.words)
    if before.document.system.get("Staff"):
        raise Conflict("Members of staff cannot be deleted here; an operator can disable them.", argument=CODE)
    if records.documents(("accounts", code) for code, link in before.to("accounts").items() if link["Primary"]):
        raise Conflict("The contact is an account's primary contact. Choose another one first.", argument=CODE)
    change = records.change(method, values, call)
    records.save(change, before, before.deleted_by(call))
    return change.commit({CODE: values[CODE], "Deleted": True})
