"""Consent permissions of contacts: granted and revoked by their own tools, never by an update of the contact."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from affino_mcp.catalogue.families.contacts import CONTACT, PERMISSION
from affino_mcp.catalogue.matching import Values
from affino_mcp.catalogue.method import Method
from affino_mcp.catalogue.warning import WarningCode
from affino_mcp.clock import iso
from affino_mcp.instance.builtin.engine.document import actor
from affino_mcp.instance.builtin.engine.record_state import Stored
from affino_mcp.instance.builtin.engine.records import Records
from affino_mcp.instance.builtin.engine.search_words import plain, words
from affino_mcp.instance.builtin.references.fixed_lists import GRANTED, PERMISSIONS, REVOKED
from affino_mcp.instance.port import Call, Done, RecordRef
from affino_mcp.tool_errors import NotFound


def granted(stored: Stored) -> list[int]:
    """The codes of the permissions that the contact has granted and not revoked."""
    return [code for code, grant in sorted(stored.to("permissions").items()) if grant["Status"] == GRANTED]


def shown(stored: Stored, revoked: bool) -> list[dict[str, Any]]:
    """A contact's permissions for callers; the revoked ones only when `revoked` is True."""
    grants = sorted(stored.to("permissions").items())
    return [dict(grant) for _, grant in grants if revoked or grant["Status"] == GRANTED]


def list_permissions(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Lists the permissions that a contact can grant, with their statements."""
    asked = words(values.get("Search", ""))
    rows = [
        {PERMISSION.name: code, "Name": name, "Statement": statement, "Active": True}
        for code, (name, statement) in PERMISSIONS.items()
        if all(word in plain(f"{name} {statement}") for word in asked)
    ]
    return Done({"Permissions": rows})


def list_contact_permissions(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Lists what one contact consented to."""
    stored = _contact(records, values)
    return Done({"Permissions": shown(stored, values.get("IncludeRevoked", False))}, stored.document.ref)


def _contact(records: Records, values: Values) -> Stored:
    return records.require("contacts", CONTACT.code, values[CONTACT.code], CONTACT.words)


def grant_contact_permission(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Records a consent. Warns when the contact has granted the permission already."""
    before, code = _contact(records, values), values[PERMISSION.name]
    if code not in PERMISSIONS:
        raise NotFound(PERMISSION.name, "permission")
    if code in granted(before):
        return _unchanged(call, before, code, "The permission is granted already.")
    grant = {
        PERMISSION.name: code,
        "Name": PERMISSIONS[code][0],
        "Status": GRANTED,
        "GrantedAt": iso(call.at),
        "RevokedAt": None,
        "Source": values.get("Source"),
        "EvidenceNote": values.get("EvidenceNote"),
        "By": actor(call),
    }
    return _write(records, method, values, call, before, grant)


def revoke_contact_permission(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Records that a consent was withdrawn. Warns when it has been withdrawn already."""
    before, code = _contact(records, values), values[PERMISSION.name]
    existing = before.to("permissions").get(code)
    if existing is None:
        raise NotFound(PERMISSION.name, "grant of this permission to the contact")
    if existing["Status"] == REVOKED:
        return _unchanged(call, before, code, "The permission is revoked already.")
    grant = {
        **existing,
        "Status": REVOKED,
        "RevokedAt": iso(call.at),
        "Reason": values.get("Reason"),
        "By": actor(call),
    }
    return _write(records, method, values, call, before, grant)


def _unchanged(call: Call, stored: Stored, code: int, text: str) -> Done:
    call.warn(WarningCode.NO_CHANGE, PERMISSION.name, text)
    return Done({"Permission": dict(stored.to("permissions")[code])}, stored.document.ref)


def _write(records: Records, method: Method, values: Values, call: Call, before: Stored, grant: dict[str, Any]) -> Done:
    change = records.change(method, values, call)
    after = replace(before, document=before.document.changed(call, {}))
    records.save(change, before, after.related(str(RecordRef("permissions", grant[PERMISSION.name])), grant))
    return change.commit({"Permission": grant})
