"""An operator does all that the pages of structure offer, with each kind; the Control Centre's role is compared with it."""

from __future__ import annotations

import pytest

from affino_mcp import wiring
from affino_mcp.admin.operator_audit import OperatorOrigin
from affino_mcp.admin.structure_desk import StructureDesk
from affino_mcp.audit.log import AuditLog
from affino_mcp.catalogue.structure import STRUCTURE_KINDS, StructureKind
from affino_mcp.instance.builtin.website.place_rights import PLACE_ACTIONS
from affino_mcp.self_check.rights import STRUCTURE_FAMILIES
from affino_mcp.tool_errors import Conflict
from tests.world import World


def open_desk(world: World) -> StructureDesk:
    stores = world.stores.opened_by("ControlCentre", world.settings)
    log = AuditLog(stores.database, world.settings.audit_table, world.clock)
    by = OperatorOrigin(stores.database, world.settings, log, {"person_name": "Olivia Park"})
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


@pytest.mark.parametrize("kind", STRUCTURE_KINDS, ids=lambda kind: kind.noun)
def test_every_request_of_the_pages_is_granted(kind: StructureKind) -> None:
    world = World()
    code = world.create_person("Mina", "Sato")
    do_everything(open_desk(world), kind, code)


def test_places_are_kinds_of_structure() -> None:
    assert set(PLACE_ACTIONS) <= set(STRUCTURE_FAMILIES)
