"""The primary contact of a new account, given by its attributes: the one that has the e-mail address, or a new one."""

from __future__ import annotations

import uuid
from typing import Final

from affino_mcp.catalogue.families.accounts import NEW_PRIMARY_CONTACT
from affino_mcp.catalogue.families.contacts import CONTACT
from affino_mcp.catalogue.families.shared import ACCOUNT_FIELD
from affino_mcp.catalogue.matching import Values, match_arguments
from affino_mcp.catalogue.method import DRY_RUN, IDEMPOTENCY_KEY
from affino_mcp.catalogue.record import fold_name
from affino_mcp.catalogue.registry import METHODS
from affino_mcp.catalogue.warning import WarningCode
from affino_mcp.instance.builtin.crm import contact_account_links
from affino_mcp.instance.builtin.crm.contact_account_links import PRIMARY_CONTACT_ATTRIBUTE, ContactLink
from affino_mcp.instance.builtin.engine.change import Change
from affino_mcp.instance.builtin.engine.document import Document, RecordState, new_document
from affino_mcp.instance.builtin.engine.records import Records
from affino_mcp.instance.builtin.references import references
from affino_mcp.tool_errors import InvalidArgument
from affino_mcp.value_class import value_class

_EMAIL: Final = "Email"
_NOT_HERE: Final = (ACCOUNT_FIELD, DRY_RUN, IDEMPOTENCY_KEY)


@value_class
class PrimaryContact:
    """The code of an account's primary contact; `made` is its document when it is new."""

    code: int
    made: Document | None = None


def find_or_make(records: Records, change: Change, values: Values) -> PrimaryContact | None:
    """The contact that the call describes; None when it describes none. Raises InvalidArgument, NotFound."""
    given = values.get(NEW_PRIMARY_CONTACT.name)
    if given is None:
        return None
    if values.get(PRIMARY_CONTACT_ATTRIBUTE) is not None:
        text = f"Give either {PRIMARY_CONTACT_ATTRIBUTE} or {NEW_PRIMARY_CONTACT.name}."
        raise InvalidArgument(NEW_PRIMARY_CONTACT.name, text)
    try:
        return _find(records, change, given) or _make(records, change, given)
    except InvalidArgument as error:
        raise InvalidArgument(NEW_PRIMARY_CONTACT.name, f"{NEW_PRIMARY_CONTACT.name}: {error.message}") from None


def save_linked(records: Records, change: Change, made: Document, account: Document) -> dict[int, ContactLink]:
    """Adds the new contact with its link to the account; gives the link by contact."""
    link = {**contact_account_links.make_link(records, change), "Primary": True}
    records.save_record(change, None, RecordState(made).with_relation(account.ref, link))
    return {made.code: link}


def _find(records: Records, change: Change, given: Values) -> PrimaryContact | None:
    """The contact that has the e-mail address already: nothing else of what was given changes it."""
    email = next((value for name, value in given.items() if fold_name(name[:60]) == fold_name(_EMAIL)), None)
    code = records.find_by_unique(CONTACT.family, _EMAIL, email) if isinstance(email, str) and email else None
    if code is None:
        return None
    text = f"The contact with this e-mail address, {code}, is linked; its attributes stay as they are."
    change.call.warn(WarningCode.NO_CHANGE, NEW_PRIMARY_CONTACT.name, text)
    return PrimaryContact(code)


def _make(records: Records, change: Change, given: Values) -> PrimaryContact:
    call = change.call
    matched = match_arguments(METHODS["create_contact"], given, call.zone, str(call.zone))
    for field in _NOT_HERE:
        if field.name in matched.values:
            raise InvalidArgument(field.name, f"{field.name} is no attribute of a new contact here.")
    call.warnings.extend(matched.warnings)
    checked, _ = references.check_references(records, change, CONTACT, matched.values)
    code = records.codes.take_code(CONTACT.family, change)
    system = {"UIDString": str(uuid.uuid4()), "Disabled": False, "Staff": False}
    return PrimaryContact(code, new_document(CONTACT.family, code, call, checked, **system))
