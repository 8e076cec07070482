"""`affino-mcp purge contact`: nothing personal is left in the records, what is kept is said, and nobody is asked twice."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest

from affino_mcp.instance.builtin.crm.contact_erasure import BuiltinContactErasure
from affino_mcp.instance.builtin.engine.records import Records
from affino_mcp.store.faults import StoreUnavailable
from affino_mcp.store.testing.faulty_database import FaultyDatabase, StoreFault
from affino_mcp.wiring import Stores
from tests.flow.crm import account, contact, opportunity
from tests.unit.cli.conftest import Terminal
from tests.world import World, WorldClient

PERSONAL = ("Zenobia", "zenobia", "+44 1", "CRM-77", "A long life")


@pytest.fixture
def manager(terminal: Terminal) -> Iterator[WorldClient]:
    yield from client_of(terminal.world)


def client_of(world: World) -> Iterator[WorldClient]:
    handler = world.new_handler()
    code = world.create_person("Sam", "Manager", "Sales Managers", "Legal")
    yield WorldClient(world, handler, world.log_in(world.create_profile(), code))
    handler.close()


def zenobia(client: WorldClient) -> int:
    """A contact with everything that a contact can have."""
    code = contact(client, "Zenobia", Telephone="+44 1", ExternalID="CRM-77", Biography="A long life. " * 500)
    assert client.call_tool("update_contact", UserCode=code, JobTitle="Zenobia's job").result
    assert client.call_tool("link_contact_to_account", UserCode=code, AccountCode=account(client)).result
    assert client.call_tool("grant_contact_permission", UserCode=code, PermissionCode=1, Source="Zenobia's form").result
    made = client.call_tool("create_contact_list", Title="Friends").result["ContactList"]
    assert client.call_tool(
        "add_contact_list_members", ContactListCode=made["ContactListCode"], UserCodes=[code]
    ).result
    return code


def rows_of(world: World) -> list[dict[str, Any]]:
    """The rows of the records' tables without remembered answers, which expire within a day."""
    tables = (world.settings.records_table, world.settings.words_table)
    return [row for table in tables for row in world.database.list_rows(table) if not row["pk"].startswith("I#")]


def personal_rows(world: World, code: int) -> list[dict[str, Any]]:
    """The rows that hold something of the person, or lead to the contact."""
    member = f"{code:016d}"
    return [
        row
        for row in rows_of(world)
        if any(words in json.dumps(row, ensure_ascii=False) for words in PERSONAL) or row["sk"].endswith(member)
    ]


def test_nothing_of_the_person_is_left(terminal: Terminal, manager: WorldClient) -> None:
    code = zenobia(manager)
    removed = terminal.run_json("purge", "contact", str(code), "--yes")["removed"]
    assert personal_rows(terminal.world, code) == []
    counts = ("record", "account links", "consents", "list memberships", "unique values")
    assert {name: removed[name] for name in counts} == dict(zip(counts, (1, 1, 1, 1, 2), strict=True))
    assert removed["history entries"] == 4
    assert removed["list and search rows"] > 3
    left = [row for row in rows_of(terminal.world) if row["pk"] == f"contacts#{code}"]
    assert [(row["sk"], row["deleted"], row["purged"]) for row in left] == [("A", True, "2026-11-23T09:00:00.000000Z")]


def test_the_lists_and_accounts_count_one_less_and_the_address_is_free(
    terminal: Terminal, manager: WorldClient
) -> None:
    code = zenobia(manager)
    terminal.run("purge", "contact", str(code), "--yes")
    (friends,) = manager.call_tool("list_contact_lists").result["Items"]
    (labs,) = manager.call_tool("list_accounts").result["Items"]
    found = manager.call_tool("get_account", AccountCode=labs["AccountCode"]).result["Account"]
    assert (friends["MemberCount"], found["ContactCount"], found["Contacts"]) == (0, 0, [])
    assert manager.call_tool("list_contacts", Search="zenobia").result["Items"] == []
    assert contact(manager, "Zenobia", ExternalID="CRM-77") != code


def test_no_one_can_bring_the_contact_back(terminal: Terminal, manager: WorldClient) -> None:
    code = zenobia(manager)
    terminal.run("purge", "contact", str(code), "--yes")
    error = manager.call_tool("undo_change", Family="contacts", Code=code, Version=7).error
    assert error["message"].startswith(f"Contact {code} was removed for good on 2026-11-23.")
    assert manager.call_tool("get_contact", UserCode=code).error["type"] == "not_found"


def test_a_contact_that_was_deleted_before_is_erased_too_and_once_is_enough(
    terminal: Terminal, manager: WorldClient
) -> None:
    code = zenobia(manager)
    assert manager.call_tool("delete_contact", UserCode=code).result
    assert terminal.run_json("purge", "contact", str(code), "--dry-run")["state"] == "deleted"
    terminal.run("purge", "contact", str(code), "--yes")
    assert personal_rows(terminal.world, code) == []
    again = terminal.run_json("purge", "contact", str(code), "--yes")
    assert (again["state"], set(again["removed"].values())) == ("erased", {0})


def test_a_dry_run_says_the_same_and_changes_nothing(terminal: Terminal, manager: WorldClient) -> None:
    code = zenobia(manager)
    before, rows = rows_of(terminal.world), len(terminal.world.audit_rows())
    told = terminal.run_json("purge", "contact", str(code), "--dry-run")
    assert (rows_of(terminal.world), len(terminal.world.audit_rows())) == (before, rows)
    assert (told["outcome"], told["state"]) == ("dry_run", "present")
    done = terminal.run_json("purge", "contact", str(code), "--yes")
    assert done == told | {"outcome": "erased"}


def test_it_asks_first_and_says_what_stays(terminal: Terminal, manager: WorldClient) -> None:
    code = zenobia(manager)
    deal = opportunity(manager, account(manager, "Other"), PrimaryContactCode=code)
    note = manager.call_tool("create_note", UserCode=code, Body="She likes tea.").result["Note"]["NoteCode"]
    before = rows_of(terminal.world)
    error = terminal.run_refused("purge", "contact", str(code))
    assert error["type"] == "needs_confirmation"
    assert "--yes" in error["message"]
    assert rows_of(terminal.world) == before
    out, err = terminal.run("purge", "contact", str(code), "--yes")
    assert "Removed: record" in out
    assert f"opportunities: {deal}." in err
    assert f"notes: {note}." in err
    assert "400 days" in err


REFUSED = {"nobody": ("99", "not_found"), "staff": ("1", "conflict")}


@pytest.mark.parametrize(("code", "kind"), REFUSED.values(), ids=REFUSED)
def test_what_is_refused(terminal: Terminal, manager: WorldClient, code: str, kind: str) -> None:
    before = rows_of(terminal.world)
    assert terminal.run_refused("purge", "contact", code, "--yes")["type"] == kind
    assert rows_of(terminal.world) == before


def test_a_primary_contact_is_refused_until_there_is_another(terminal: Terminal, manager: WorldClient) -> None:
    code, labs = contact(manager, "Zenobia"), account(manager)
    assert manager.call_tool("link_contact_to_account", UserCode=code, AccountCode=labs, Primary=True).result
    assert terminal.run_refused("purge", "contact", str(code), "--yes")["type"] == "conflict"


def test_the_row_says_who_did_it_and_nothing_of_the_person(terminal: Terminal, manager: WorldClient) -> None:
    code = zenobia(manager)
    terminal.run("purge", "contact", str(code), "--yes")
    row = terminal.world.audit_rows()[-1]
    assert (row["method"], row["record"], row["outcome"], row["channel"]) == (
        "purge_contact",
        f"R#contacts#{code}",
        "ok",
        "control",
    )
    assert "shell" in row["person_name"]
    assert not [words for words in PERSONAL if words in str(row)]


@pytest.mark.parametrize("fault", [StoreFault.BEFORE, StoreFault.LOST, StoreFault.CONDITION])
def test_an_erasure_that_breaks_off_anywhere_is_finished_by_the_next(fault: StoreFault) -> None:
    number = 0
    while True:
        world = World()
        clients = client_of(world)
        manager = next(clients)
        code = zenobia(manager)
        faulty = FaultyDatabase(world.database)
        faulty.arm({number: fault})
        tables, facets = (world.settings.records_table, world.settings.words_table), world.records.facets
        with suppress(StoreUnavailable):
            BuiltinContactErasure(Records(faulty, *tables, facets)).erase(code, world.clock())
        reached = number < len(faulty.calls)
        BuiltinContactErasure(Records(world.database, *tables, facets)).erase(code, world.clock())
        assert personal_rows(world, code) == [], number
        next(clients, None)
        if not reached:
            break
        number += 3
    assert number > 20


def test_stores_that_stop_answering_leave_an_erasure_that_says_so_and_goes_on(
    terminal: Terminal, manager: WorldClient
) -> None:
    code = zenobia(manager)
    faulty = FaultyDatabase(terminal.world.database)
    faulty.arm({25: StoreFault.BEFORE})
    broken = replace(terminal.service, stores=Stores(faulty, terminal.world.secrets, terminal.world.files))
    error = Terminal(terminal.world, broken).run_refused("purge", "contact", str(code), "--yes")
    assert error["type"] == "unfinished"
    assert "may be done in part" in error["message"]
    assert "goes on" in error["details"]["next"]
    assert personal_rows(terminal.world, code)
    terminal.run("purge", "contact", str(code), "--yes")
    assert personal_rows(terminal.world, code) == []


def test_stores_that_are_down_are_said_to_be_down(terminal: Terminal, manager: WorldClient) -> None:
    code = zenobia(manager)
    faulty = FaultyDatabase(terminal.world.database)
    faulty.arm({0: StoreFault.BEFORE}, lasting=True)
    broken = replace(terminal.service, stores=Stores(faulty, terminal.world.secrets, terminal.world.files))
    out, _ = Terminal(terminal.world, broken).run("purge", "contact", str(code), "--yes", "--json", code=1)
    assert json.loads(out)["error"]["type"] == "unavailable"
    assert personal_rows(terminal.world, code)
