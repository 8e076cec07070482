"""The Control Centre's role lets an operator do all that the pages of structure offer, and asks for nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase

import pytest

from affino_mcp import wiring
from affino_mcp.admin.operator_audit import OperatorOrigin
from affino_mcp.admin.structure_desk import StructureDesk
from affino_mcp.audit.log import AuditLog
from affino_mcp.catalogue.registry import RECORDS
from affino_mcp.catalogue.structure import STRUCTURE_KINDS, StructureKind
from affino_mcp.instance.builtin.engine.document import record_key
from affino_mcp.instance.builtin.engine.index import facet_partition
from affino_mcp.instance.builtin.website.place_rights import PLACE_ACTIONS
from affino_mcp.self_check.rights import STRUCTURE_FAMILIES, STRUCTURE_LISTS
from affino_mcp.store.ops import Check, Database, Delete, Item, Key, Put, Query, QueryPage, Update, WriteOp, write_key
from affino_mcp.tool_errors import Conflict
from scripts.expand import Template
from tests.packaging.test_permissions import CONTROL, listed, statements
from tests.packaging.test_self_check import Grant, table_grants
from tests.world import World

OPERATIONS = {Put: "PutItem", Update: "UpdateItem", Delete: "DeleteItem", Check: "ConditionCheckItem"}
Request = tuple[str, str, str]
"""Operation, table, partition key."""


class NotingDatabase:
    """Passes everything on, and notes each request as a role's policy sees it."""

    def __init__(self, inner: Database) -> None:
        self.inner, self.requests = inner, set[Request]()

    def get(self, table: str, key: Key) -> Item | None:
        self.requests.add(("GetItem", table, key.pk))
        return self.inner.get(table, key)

    def get_many(self, table: str, keys: Sequence[Key]) -> dict[Key, Item]:
        self.requests |= {("BatchGetItem", table, key.pk) for key in keys}
        return self.inner.get_many(table, keys)

    def put(self, op: Put) -> None:
        self._note(op)
        self.inner.put(op)

    def update(self, op: Update) -> Item:
        self._note(op)
        return self.inner.update(op)

    def delete(self, op: Delete) -> None:
        self._note(op)
        self.inner.delete(op)

    def query(self, op: Query) -> QueryPage:
        self.requests.add(("Query", op.table, op.partition))
        return self.inner.query(op)

    def transact(self, ops: Sequence[WriteOp], token: str) -> None:
        for op in ops:
            self._note(op)
        self.inner.transact(ops, token)

    def _note(self, op: WriteOp) -> None:
        self.requests.add((OPERATIONS[type(op)], op.table, write_key(op).pk))


def open_desk(world: World, noting: NotingDatabase) -> StructureDesk:
    stores = wiring.Stores(noting, world.secrets, world.files)
    log = AuditLog(noting, world.settings.audit_table, world.clock)
    by = OperatorOrigin(noting, world.settings, log, {"person_name": "Olivia Park"})
    keeper = wiring.build_operator_ports(stores, world.settings).structure_keeper
    return StructureDesk(keeper, by, world.clock, world.people.get)


def do_everything(desk: StructureDesk, kind: StructureKind, moderator: int) -> None:
    needed = {name: "I agree." for name in kind.record.required if name != "Name"}
    more = {"Moderators": [moderator]} if kind.added else {}
    made = desk.save(kind, None, {"Name": "One"} | needed | more)
    desk.save(kind, None, {"Name": "Two"} | needed)
    with pytest.raises(Conflict):
        desk.save(kind, None, {"Name": "One"} | needed)
    changed = {"Name": "Three"} if kind.is_ordered else {"Rights": ["logs.read"]}
    desk.save(kind, made.code, changed | ({"Moderators": []} if kind.added else {}))
    desk.move(kind, made.code, 1)
    desk.remove(kind, made.code)


def is_granted(grants: list[Grant], settings: object, request: Request) -> bool:
    operation, table, pk = request
    return any(
        (operation, table) == (allowed, getattr(settings, setting)) and index is None and fnmatchcase(pk, pattern)
        for allowed, setting, index, pattern in grants
    )


@pytest.mark.parametrize("kind", STRUCTURE_KINDS, ids=lambda kind: kind.noun)
def test_every_request_of_the_pages_is_granted(template: Template, kind: StructureKind) -> None:
    world = World()
    noting, code = NotingDatabase(world.database), world.create_person("Mina", "Sato")
    do_everything(open_desk(world, noting), kind, code)
    grants = list(table_grants(template, "ControlCentre"))
    asked = {request for request in noting.requests if request[1] == world.settings.records_table}
    assert {request for request in asked if not is_granted(grants, world.settings, request)} == set()
    assert asked


def test_the_statements_of_structure_touch_the_structure_and_nothing_else(template: Template) -> None:
    patterns = {sid: each for sid, each in records_patterns(template, CONTROL).items() if sid.startswith("Structure")}
    assert set(patterns) == {
        "Structure",
        "StructureNames",
        "StructureCodes",
        "StructureUses",
        "StructureLists",
        "StructureModerators",
    }
    assert set(PLACE_ACTIONS) <= set(STRUCTURE_FAMILIES)
    others = {record.family for record in RECORDS.values()} - {*STRUCTURE_FAMILIES, *STRUCTURE_LISTS}
    keys = [key for family in others for key in (record_key(family, 7).pk, facet_partition(family, "all"))]
    named = [pattern for sid, each in patterns.items() if not sid.endswith(("Uses", "Moderators")) for pattern in each]
    assert keys
    assert not [key for key in keys if any(fnmatchcase(key, pattern) for pattern in named)]


def test_the_control_centre_counts_uses_and_reads_no_record_for_it(template: Template) -> None:
    actions = {each["Sid"]: listed(each["Action"]) for each in statements(template, CONTROL)}
    assert actions["StructureUses"] == ["dynamodb:Query"]
    assert all(pattern.startswith("F#") for pattern in records_patterns(template, CONTROL)["StructureUses"])
    assert actions["StructureModerators"] == ["dynamodb:ConditionCheckItem"]


def records_patterns(template: Template, role: str) -> dict[str, list[str]]:
    """The patterns of the keys of records that a role may use, by statement."""
    found = [each for each in statements(template, role) if "RecordsTable" in str(each)]
    return {each["Sid"]: each["Condition"]["ForAllValues:StringLike"]["dynamodb:LeadingKeys"] for each in found}
