"""A record's history holds every change with the person who made it.

Replayed from the start, it gives the record's values.
"""

from __future__ import annotations

import json
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.flow import crm
from tests.world import World, WorldClient

STEPS = st.lists(
    st.tuples(
        st.sampled_from(["update", "link", "unlink", "primary", "grant", "revoke", "task", "note", "delete"]),
        st.integers(0, 2),
        st.integers(0, 1),
        st.sampled_from([None, "Leeds", "York", "  Bath "]),
    ),
    max_size=14,
)


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(STEPS)
def test_the_history_from_the_beginning_gives_the_record_as_it_is(
    steps: list[tuple[str, int, int, str | None]],
) -> None:
    world = World()
    handler = world.new_handler()
    person = world.create_person("Sam", "Manager", "Sales Managers", "Legal")
    manager = WorldClient(world, handler, world.log_in(world.create_profile(), person))
    people = [crm.contact(manager, f"P{n}", TownCity="Hull") for n in range(3)]
    places = [crm.account(manager, f"A{n}") for n in range(2)]
    task = manager.call_tool("create_task", Title="Call").result["Task"]["AppUserTaskCode"]
    note = manager.call_tool("create_note", Body="Called", AccountCode=places[0]).result["Note"]["NoteCode"]
    for kind, who, where, text in steps:
        world.clock.move(seconds=1)
        both = {"UserCode": people[who], "AccountCode": places[where]}
        calls: dict[str, tuple[str, dict[str, Any]]] = {
            "update": ("update_contact", {"UserCode": people[who], "TownCity": text, "TopicCodes": [where + 1]}),
            "link": ("link_contact_to_account", {**both, "JobTitle": text, "Primary": who == 0}),
            "unlink": ("unlink_contact_from_account", both),
            "primary": (
                "update_account",
                {"AccountCode": places[where], "PrimaryContactCode": people[who], "City": text},
            ),
            "grant": ("grant_contact_permission", {"UserCode": people[who], "PermissionCode": where + 1}),
            "revoke": ("revoke_contact_permission", {"UserCode": people[who], "PermissionCode": where + 1}),
            "task": ("update_task", {"AppUserTaskCode": task, "Memo": text, "Status": ["pending", "completed"][where]}),
            "note": ("update_note", {"NoteCode": note, "Subject": text}),
            "delete": ("delete_contact", {"UserCode": people[who]}),
        }
        tool, arguments = calls[kind]
        assert manager.call_tool(tool, **arguments).status == 200
    handler.close()
    _histories_fold(world)


def _histories_fold(world: World) -> None:
    partitions: dict[str, dict[str, Any]] = {}
    for row in world.database.list_rows(world.settings.records_table):
        partitions.setdefault(row["pk"], {})[row["sk"]] = row
    records = {pk: rows for pk, rows in partitions.items() if "body" in rows.get("A", {}) and not pk.startswith("I#")}
    assert len(records) >= 7
    for pk, rows in records.items():
        history = [row for sk, row in rows.items() if sk.startswith("H#")]
        folded: dict[str, Any] = {}
        for number, entry in enumerate(history, 1):
            change = json.loads(entry["entry"])
            assert entry["version"] == number
            assert {name: folded.get(name) for name in change["before"]} == change["before"], pk
            folded |= change["after"]
            assert entry["by"]["Name"] in ("Sam Manager", "Operator")
        now = json.loads(rows["A"]["body"])["values"] | {
            sk[2:]: row["data"] for sk, row in rows.items() if sk.startswith("B#")
        }
        assert {name: value for name, value in folded.items() if value is not None} == now, pk
        assert rows["A"]["version"] == len(history)
        assert rows["A"]["deleted"] is json.loads(history[-1]["entry"])["deleted"]
