"""The permissions of the Control Centre: it asks the log and adds to it, reads places, and enrols staff; no more."""

from fnmatch import fnmatchcase

from affino_mcp.catalogue.families.history import HISTORY_FAMILIES
from affino_mcp.instance.builtin.crm.staff import BuiltinStaffContacts
from affino_mcp.instance.builtin.engine.records import Records
from affino_mcp.instance.builtin.references.references import OPERATOR_FAMILIES
from affino_mcp.instance.builtin.tools import FACETS
from affino_mcp.store.testing.memory_database import MemoryDatabase
from scripts.expand import Template
from tests.clock import START
from tests.packaging.test_permissions import CONTROL, WRITES, leading_keys, listed, statements


def test_the_control_centre_asks_the_audit_and_adds_to_it(template: Template) -> None:
    (reads,) = [each for each in statements(template, CONTROL) if each["Sid"] == "AuditReads"]
    assert listed(reads["Action"]) == ["dynamodb:Query"]
    indexes = template["Resources"]["AuditTable"]["Properties"]["GlobalSecondaryIndexes"]
    named = ["${AuditTable.Arn}/index/" + index["IndexName"] for index in indexes]
    assert [resource["Fn::Sub"] for resource in reads["Resource"][1:]] == named


def test_the_control_centre_reads_guards_and_restores_records(template: Template) -> None:
    found = {each["Sid"]: each for each in statements(template, CONTROL) if "RecordsTable" in str(each)}
    assert {sid for sid in found if not sid.startswith("Structure")} == {
        "StaffContacts",
        "RestoreGuards",
        "Restores",
        "OwnChanges",
    }
    assert set(leading_keys(found["RestoreGuards"])) == {f"{kind}#*" for kind in (*OPERATOR_FAMILIES, "forums", "L")}
    assert not (WRITES - {"ConditionCheckItem"}) & {
        a.removeprefix("dynamodb:") for a in found["RestoreGuards"]["Action"]
    }
    restored = {f"{kind}#*" for kind in HISTORY_FAMILIES if kind != "forums"}
    assert set(leading_keys(found["Restores"])) == restored | {"F#*", "U#*", "C#*", "D#*"}
    assert (found["OwnChanges"]["Action"], leading_keys(found["OwnChanges"])) == ("dynamodb:PutItem", ["M#*"])


def test_enrolling_staff_touches_what_the_control_centre_may(template: Template) -> None:
    """Every row that the enrolment, renaming and marking of a member of staff touches is below the granted keys."""
    may = [key for each in statements(template, CONTROL) if "RecordsTable" in str(each) for key in leading_keys(each)]
    database = MemoryDatabase()
    contacts = BuiltinStaffContacts(Records(database, "records", "words", FACETS))
    code = contacts.enrol("Jane Doe", "jane@orbital.example", START)
    contacts.amend(code, "Jane Roe", "roe@orbital.example", START)
    contacts.mark_disabled(code, START, disabled=True)
    written = {row["pk"] for row in database.list_rows("records")}
    assert f"contacts#{code}" in written
    assert not [key for key in written if not any(fnmatchcase(key, pattern) for pattern in may)]
