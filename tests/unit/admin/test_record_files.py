"""Records from CSV files and back, in the name of a person: what becomes of each line, and what is written."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from contextlib import closing

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from affino_mcp.admin.csv_cells import guard_cell, unguard_cell
from affino_mcp.admin.record_files.line_outcome import LineResult
from affino_mcp.tool_errors import InvalidArgument
from tests.unit.admin.record_desk import ACCOUNTS, CONTACTS, FILES, MEMBERS, RecordDesk, make_desk
from tests.world import World, WorldClient


@pytest.fixture
def desk() -> Iterator[RecordDesk]:
    world = World()
    with closing(world.new_handler()) as handler:
        yield make_desk(WorldClient(world, handler, {}))


@pytest.fixture
def stocked(desk: RecordDesk) -> RecordDesk:
    return desk.stock()


@given(st.text(st.sampled_from(" ;\t\r\n\"'ab=+-@＝"), max_size=10))
@settings(max_examples=200, deadline=None)
def test_a_cell_is_read_as_it_was(text: str) -> None:
    assert unguard_cell(guard_cell(text)) == text


def test_every_kind_again_is_the_same(stocked: RecordDesk) -> None:
    for kind, text in {**FILES, "list-members": MEMBERS}.items():
        for dry_run in (True, False):
            made, _, changed, refused = stocked.count(kind, text, dry_run=dry_run)
            assert (kind, made, changed, refused) == (kind, 0, 0, 0), stocked.outcomes


def test_a_day_later_again_is_the_same(stocked: RecordDesk) -> None:
    """The idempotency keys are forgotten by then."""
    stocked.world.clock.move(hours=25)
    assert (stocked.count("notes", FILES["notes"]), stocked.count("tasks", FILES["tasks"])) == (
        (0, 2, 0, 0),
        (0, 2, 0, 0),
    )


def test_what_was_written(stocked: RecordDesk) -> None:
    jane, agent = stocked.contact(), stocked.agent
    links = [(each["Name"], each["Primary"], each["JobTitle"]) for each in jane["Accounts"]]
    assert links == [("Orbital Labs", False, "CTO"), ("Lunar", True, None)]
    assert [(each["Name"], each["Source"]) for each in jane["Permissions"]] == [("Marketing e-mail", "Import of x.csv")]
    assert (jane["Notes"], stocked.contact("joe@o.example")["Notes"]) == ("two\nlines", "=1+1")
    deal = agent.call_tool("get_opportunity", OpportunityCode=1).result["Opportunity"]
    assert (deal["Value"], deal["Currency"], deal["Topics"][0]["Name"]) == (40000.5, "GBP", "Events")
    assert agent.call_tool("get_task", AppUserTaskCode=1).result["Task"]["Status"] == "completed"


def test_an_export_reads_back_in(stocked: RecordDesk) -> None:
    stocked.agent.call_tool("create_note", Body="- " + "long; =text\n" * 600, AccountCode=1)
    for kind in (*FILES, "list-members"):
        text = stocked.export(kind, **({"ContactListCode": "Spring"} if kind == "list-members" else {}))
        lines = list(csv.reader(io.StringIO(text, newline="")))
        assert [cell for line in lines for cell in line if cell.lstrip(' "')[:1] in tuple("=+-@")] == []
        assert (kind, stocked.count(kind, text)) == (kind, (0, len(lines) - 1, 0, 0)), stocked.outcomes
        assert len(lines) > 1


def test_an_export_has_the_lists_filters_and_what_may_be_read(stocked: RecordDesk) -> None:
    assert stocked.export("accounts", Search="orbital").splitlines()[1].startswith("1,Orbital Labs")
    stocked.world.people.change(stocked.code, groups=("Legal",), rights={"contacts.read": None})
    contacts = list(csv.DictReader(io.StringIO(stocked.export("contacts"), newline="")))
    assert {line["Accounts"] for line in contacts} == {""}


def test_lines_have_rows_under_their_import(desk: RecordDesk) -> None:
    desk.bring_in("accounts", ACCOUNTS)
    rows = [row for row in desk.world.audit_rows() if row["channel"] == "import"]
    assert [row["request_id"] for row in rows] == ["import-1-2", "import-1-3"]
    assert {(row["method"], row["person_code"], row["fingerprint"]) for row in rows} == {
        ("create_account", desk.code, "import-1")
    }
    assert rows[0]["changes"][0]["fields"]["City"] == {"after": "Leeds"}


def test_a_line_is_undone_like_any_change(desk: RecordDesk) -> None:
    desk.bring_in("accounts", ACCOUNTS)
    desk.bring_in("accounts", ACCOUNTS.replace("Leeds", "London"))
    desk.agent.call_tool("undo_change", Family="accounts", Code=1, Version=2)
    assert desk.agent.call_tool("get_account", AccountCode=1).result["Account"]["City"] == "Leeds"


def test_a_dry_run_writes_nothing(desk: RecordDesk) -> None:
    before = desk.world.database.list_rows(desk.world.settings.records_table)
    assert desk.count("accounts", ACCOUNTS, dry_run=True) == (2, 0, 0, 0)
    assert desk.world.database.list_rows(desk.world.settings.records_table) == before


HEADERS = {
    "a misspelt name": ("Emial,Last name", "did you mean Email?"),
    "a name that means nothing": ("Email,Shoe size", "'Shoe size'"),
    "what cannot be set": ("Email,CreatedDate", "CreatedDate"),
    "what every write takes": ("Email,DryRun", "DryRun"),
    "two names of one column": ("Email,Phone,Telephone number", "both mean Telephone"),
    "an empty file": ("", "empty"),
    "UTF-16": ("\ufeff".encode("utf-16-le") + b"N\0", "UTF-8"),
    "a workbook": (b"PK\x03\x04zip", "UTF-8"),
}


@pytest.mark.parametrize(("header", "told"), HEADERS.values(), ids=HEADERS)
def test_a_header_is_refused_before_anything_is_written(desk: RecordDesk, header: str | bytes, told: str) -> None:
    text = f"{header}\na@o.example,A\n" if header and isinstance(header, str) else header
    with pytest.raises(InvalidArgument) as refused:
        desk.bring_in("contacts", text)
    assert told in refused.value.message


def test_a_column_can_be_ignored(desk: RecordDesk) -> None:
    text = "Name,Shoe size\nOrbital,44\n"
    assert desk.count("accounts", text, "shoe_size") == (1, 0, 0, 0)
    with pytest.raises(InvalidArgument, match="no column 'Hat'"):
        desk.bring_in("accounts", text, "Hat")


CONTENTS = {
    "mark and semicolons": ("\ufeffName;City\r\n\r\nZoë;Köln\r\n".encode(), (1, 0, 0, 0), ""),
    "tabs": (b"Name\tCity\nA\tB\n", (1, 0, 0, 0), ""),
    "a byte of Latin-1": (b"Name,City\nA,K\xf6ln\nB,C\n", (1, 0, 0, 1), "0xF6"),
    "a quotation mark left open": (b'Name,City\nA,B\n"C,D\nE,F\n', (1, 0, 0, 1), "closing quotation mark"),
    "a cell beyond its limit": (b"Name,City\n" + b"x" * 256 + b",C\nD,E\n", (1, 0, 0, 1), "at most 255"),
    "a line beyond every limit": (b"Name,City\n" + b"x" * 500_000 + b",C\nD,E\n", (1, 0, 0, 1), "400,000"),
    "a cell too many": (b"Name,City\nA,B,C\nD,E,\n", (1, 0, 0, 1), "3 cells"),
}


@pytest.mark.parametrize(("text", "counts", "told"), CONTENTS.values(), ids=CONTENTS)
def test_a_file_is_read_as_it_was_meant(desk: RecordDesk, text: bytes, counts: tuple[int, ...], told: str) -> None:
    assert desk.count("accounts", text) == counts
    refused = [each for each in desk.outcomes if each.result is LineResult.REFUSED]
    assert [told in each.reason for each in refused] == [True] * counts[3]


_PARTS_HEADER = "Email,FirstName,LastName,Accounts,PrimaryAt,LeftAccounts,Permissions,SecondaryEmail,AccountJobTitles\n"
REFUSED = {
    "an account that is not there": ("Nowhere,,,,,", "Accounts"),
    "primary elsewhere": ("Lunar,Orbital Labs,,,,", "PrimaryAt"),
    "primary where they left": ("Lunar,Lunar,Lunar,,,", "LeftAccounts"),
    "an unknown consent": (",,,Everything,,", "Permissions"),
    "another one's e-mail as the second": (",,,,joe@o.example,", "SecondaryEmail"),
    "a job title nowhere": ("Lunar,,,,,CTO", "AccountJobTitles"),
}


def test_a_refused_line_leaves_nothing(stocked: RecordDesk) -> None:
    lines = [f"a{place}@o.example,A,B,{cells}\n" for place, (cells, _) in enumerate(REFUSED.values())]
    told = [argument for _, argument in stocked.refused("contacts", _PARTS_HEADER + "".join(lines))]
    assert told == [argument for _, argument in REFUSED.values()]
    assert stocked.agent.call_tool("list_contacts", Search="a0 a1 B").result["Items"] == []


def test_a_withdrawn_consent_is_not_given_again(stocked: RecordDesk) -> None:
    stocked.agent.call_tool("revoke_contact_permission", UserCode=stocked.contact()["UserCode"], PermissionCode=1)
    assert stocked.refused("contacts", CONTACTS) == [(2, "Permissions")]


def test_links_are_added_and_who_left_stays_left(stocked: RecordDesk) -> None:
    head, jane = "Email,Accounts,LeftAccounts\n", "jane@o.example,1,1\n"
    assert stocked.count("contacts", head + jane) == (0, 0, 1, 0)
    assert stocked.count("contacts", head + jane) == (0, 1, 0, 0)
    assert [each["LeftCompany"] for each in stocked.contact()["Accounts"]] == [True, False]


def test_found_by_either_address_by_id_and_by_code(stocked: RecordDesk) -> None:
    assert stocked.count("contacts", "Email,Job title\nJ.DOE@o.example,Boss\n") == (0, 0, 1, 0)
    assert [stocked.contact()[name] for name in ("JobTitle", "SecondaryEmail")] == ["Boss", "j.doe@o.example"]
    assert stocked.count("accounts", "ExternalID,Name,City\nO-1,Orbital Labs Ltd,Leeds\n") == (0, 0, 1, 0)
    assert stocked.count("accounts", "AccountCode,City\n2,Paris\n99,Rome\n") == (0, 0, 1, 1)
    assert stocked.refused("notes", "NoteCode,Body,Account\n1,Other,1\n") == [(2, "AccountCode")]


def test_duplicates_inside_the_file_are_told(desk: RecordDesk) -> None:
    head = "Email,SecondaryEmail,ExternalID,FirstName,LastName\n"
    text = f"{head}a@o.example,b@o.example,1,A,B\nB@O.example,,2,A,B\nc@o.example,,1,A,B\n"
    assert desk.refused("contacts", text) == [(3, "Email"), (4, "ExternalID")]
    assert desk.refused("notes", "Body,Contact\nx,1\nx,1\ny,1\n") == [(3, "Body")]


def test_each_line_needs_the_right_of_what_it_does(stocked: RecordDesk) -> None:
    stocked.world.people.change(stocked.code, groups=("Sales",))
    assert stocked.refused("contacts", CONTACTS.replace("Marketing e-mail", "2")) == [(2, "Permissions")]
    stocked.world.people.change(stocked.code, groups=("Legal",))
    assert stocked.refused("accounts", ACCOUNTS) == [(2, ""), (3, "")]
    assert all("does not have the right 'accounts." in each.reason for each in stocked.outcomes)
