"""Consent permissions of contacts: granted and revoked by their own tools, never by an update of the contact."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from affino_mcp.catalogue.families.contacts import CONTACT, PERMISSION_FIELD
from affino_mcp.catalogue.families.lists import PERMISSION, STATEMENT
from affino_mcp.catalogue.matching import Values
from affino_mcp.catalogue.method import Method
from affino_mcp.catalogue.warning import WarningCode
from affino_mcp.clock import format_iso
from affino_mcp.instance.builtin.crm import contacts
from affino_mcp.instance.builtin.engine.document import RecordState, actor_stamp
from affino_mcp.instance.builtin.engine.records import Records
from affino_mcp.instance.builtin.references.consent_states import GRANTED, REVOKED
from affino_mcp.instance.builtin.references.list_entries import is_choosable, load_lists, offered_entries
from affino_mcp.instance.port import Call, Done, RecordRef
from affino_mcp.plain_text import plain
from affino_mcp.search_words import ask_words
from affino_mcp.tool_errors import NotFound


def list_permissions(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Lists the permissions that a contact can grant, with their statements."""
    asked = ask_words(values.get("Search", ""))
    known = load_lists(records, [PERMISSION.family])
    rows = [
        {PERMISSION_FIELD.name: entry.code, "Name": entry.label, STATEMENT: entry.values[STATEMENT], "Active": True}
        for entry in offered_entries(known, PERMISSION.family)
        if all(word in plain(f"{entry.label} {entry.values[STATEMENT]}") for word in asked)
    ]
    return Done({"Permissions": rows})


def list_contact_permissions(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Lists what one contact consented to."""
    stored = _require_contact(records, values)
    return Done(
        {"Permissions": contacts.render_permissions(stored, values.get("IncludeRevoked", False))}, stored.document.ref
    )


def _require_contact(records: Records, values: Values) -> RecordState:
    return records.require_record("contacts", CONTACT.code, values[CONTACT.code], CONTACT.words)


def grant_contact_permission(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Records a consent, under the name that the permission has now. Warns when it is granted already."""
    before, code = _require_contact(records, values), values[PERMISSION_FIELD.name]
    known = load_lists(records, [PERMISSION.family])
    if not is_choosable(known, PERMISSION.family, code):
        raise NotFound(PERMISSION_FIELD.name, "permission")
    if code in contacts.granted_codes(before):
        return _answer_no_change(call, before, code, "The permission is granted already.")
    grant = {
        PERMISSION_FIELD.name: code,
        "Name": known[RecordRef(PERMISSION.family, code)].label,
        "Status": GRANTED,
        "GrantedAt": format_iso(call.at),
        "RevokedAt": None,
        "Source": values.get("Source"),
        "EvidenceNote": values.get("EvidenceNote"),
        "By": actor_stamp(call),
    }
    return _write_grant(records, method, values, call, before, grant)


def revoke_contact_permission(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Records that a consent was withdrawn. Warns when it has been withdrawn already."""
    before, code = _require_contact(records, values), values[PERMISSION_FIELD.name]
    existing = before.relations_to("permissions").get(code)
    if existing is None:
        raise NotFound(PERMISSION_FIELD.name, "grant of this permission to the contact")
    if existing["Status"] == REVOKED:
        return _answer_no_change(call, before, code, "The permission is revoked already.")
    grant = {
        **existing,
        "Status": REVOKED,
        "RevokedAt": format_iso(call.at),
        "Reason": values.get("Reason"),
        "By": actor_stamp(call),
    }
    return _write_grant(records, method, values, call, before, grant)


def _answer_no_change(call: Call, stored: RecordState, code: int, text: str) -> Done:
    call.warn(WarningCode.NO_CHANGE, PERMISSION_FIELD.name, text)
    return Done({"Permission": dict(stored.relations_to("permissions")[code])}, stored.document.ref)


def _write_grant(
    records: Records, method: Method, values: Values, call: Call, before: RecordState, grant: dict[str, Any]
) -> Done:
    change = records.start_change(method, values, call)
    after = replace(before, document=before.document.next_version(call, {}))
    records.save_record(
        change, before, after.with_relation(str(RecordRef("permissions", grant[PERMISSION_FIELD.name])), grant)
    )
    return change.commit({"Permission": grant})
