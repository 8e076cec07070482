"""The permissions of the Control Centre: it asks the log and adds to it, reads places, and enrols staff; no more."""

from fnmatch import fnmatchcase

from affino_mcp.catalogue.registry import RECORDS
from affino_mcp.instance.builtin.crm.contacts import FAMILY as CONTACTS
from affino_mcp.instance.builtin.crm.staff import BuiltinStaffContacts
from affino_mcp.instance.builtin.engine.document import record_key
from affino_mcp.instance.builtin.engine.index import facet_partition
from affino_mcp.instance.builtin.engine.records import Records
from affino_mcp.instance.builtin.tools import FACETS
from affino_mcp.instance.builtin.website.place_rights import PLACE_ACTIONS
from affino_mcp.store.testing.memory_database import MemoryDatabase
from scripts.expand import Template
from tests.clock import START
from tests.packaging.test_permissions import CONTROL, leading_keys, listed, statements


def test_the_control_centre_asks_the_audit_and_adds_to_it(template: Template) -> None:
    (reads,) = [each for each in statements(template, CONTROL) if each["Sid"] == "AuditReads"]
    assert listed(reads["Action"]) == ["dynamodb:Query"]
    indexes = template["Resources"]["AuditTable"]["Properties"]["GlobalSecondaryIndexes"]
    named = ["${AuditTable.Arn}/index/" + index["IndexName"] for index in indexes]
    assert [resource["Fn::Sub"] for resource in reads["Resource"][1:]] == named


def test_the_control_centre_reads_the_places_among_the_records(template: Template) -> None:
    (places,) = [each for each in statements(template, CONTROL) if each["Sid"] == "Places"]
    assert set(places["Action"]) == {"dynamodb:BatchGetItem", "dynamodb:Query"}
    allowed = {key for kind in PLACE_ACTIONS for key in (f"{kind}#*", facet_partition(kind, "all"))}
    assert set(leading_keys(places)) == allowed


def test_the_control_centre_touches_places_and_contacts_and_no_other_record(template: Template) -> None:
    found = [each for each in statements(template, CONTROL) if "RecordsTable" in str(each)]
    patterns = [pattern for each in found for pattern in leading_keys(each)]
    others = {record.family for record in RECORDS.values()} - set(PLACE_ACTIONS) - {CONTACTS}
    keys = [key for family in others for key in (record_key(family, 7).pk, facet_partition(family, "all"))]
    keys += [f"{kind}#{family}" for kind in "WN" for family in others] + [
        "I#7#K1#x",
        "M#7",
        "D#20261123",
        "C#accounts#7",
    ]
    assert keys
    assert not [key for key in keys if any(fnmatchcase(key, pattern) for pattern in patterns)]


def test_enrolling_staff_touches_what_the_control_centre_may(template: Template) -> None:
    """Every row that the enrolment, renaming and marking of a member of staff touches is below the granted keys."""
    (staff,) = [each for each in statements(template, CONTROL) if each["Sid"] == "StaffContacts"]
    database = MemoryDatabase()
    contacts = BuiltinStaffContacts(Records(database, "records", FACETS))
    code = contacts.enrol("Jane Doe", "jane@orbital.example", START)
    contacts.amend(code, "Jane Roe", "roe@orbital.example", START)
    contacts.mark_disabled(code, START, disabled=True)
    written = {row["pk"] for row in database.list_rows("records")}
    assert f"contacts#{code}" in written
    assert not [key for key in written if not any(fnmatchcase(key, pattern) for pattern in leading_keys(staff))]
