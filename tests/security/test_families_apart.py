"""No family tells of another, and none is written through another: each code argument of the catalogue, open and closed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from affino_mcp.catalogue.capability import Access, Family
from affino_mcp.catalogue.crossings import CROSSINGS, OWN_ROWS_ARGUMENTS, STAFF_ARGUMENTS, Crossing
from affino_mcp.catalogue.families.history import HISTORY_FAMILIES
from affino_mcp.catalogue.method import Method
from affino_mcp.catalogue.record import Field
from affino_mcp.catalogue.registry import METHODS, RECORDS
from affino_mcp.gate.profiles.profiles import FamilyAccess
from affino_mcp.instance.builtin.forums.forums import upsert_forum
from affino_mcp.instance.builtin.website.website_records import upsert_section
from tests.flow import crm
from tests.security.figures import Figures
from tests.world import EVERYTHING, World, WorldClient

MISSING = 987_654
EVERYBODY = ("Everybody",)
OWN_CODES = {record.code: family for family, record in RECORDS.items()}
PLURALS = {f"{code}s": family for code, family in OWN_CODES.items()}
SWITCHED = {family.value for family in Family if family is not Family.ALWAYS}


def foreign_family(method: Method, field: Field) -> str:
    """The switched family of the records that an argument names; "" for its own family's, and for lists."""
    named = field.reference.target if field.reference else ""
    named = named or OWN_CODES.get(field.name, "") or PLURALS.get(field.name, "")
    return "" if named == method.family or named not in {*SWITCHED, "staff"} else named


FOREIGN = [
    (method.name, field.name, foreign_family(method, field))
    for method in METHODS.values()
    if method.access is Access.WRITE
    for field in method.arguments
    if foreign_family(method, field)
]


@pytest.mark.parametrize(("method", "argument", "family"), FOREIGN, ids=[f"{m} {a}" for m, a, _ in FOREIGN])
def test_every_argument_that_names_another_family_is_in_a_table(
    method: str, argument: str, family: str, figures: Figures
) -> None:
    crossed = {crossing.argument: crossing.family.value for crossing in CROSSINGS.get(method, ())}
    staff, own = STAFF_ARGUMENTS.get(method, ()), OWN_ROWS_ARGUMENTS.get(method, ())
    assert (argument in crossed) + (argument in staff) + (argument in own) == 1
    if argument in crossed:
        assert crossed[argument] == family
    figures.record("arguments that name another family", tried=1, of=len(FOREIGN))


@pytest.mark.parametrize("table", [CROSSINGS, STAFF_ARGUMENTS, OWN_ROWS_ARGUMENTS], ids=["crossed", "staff", "own"])
def test_the_tables_name_what_there_is(table: dict[str, Any]) -> None:
    for method, entries in table.items():
        known = {field.name for field in METHODS[method].arguments}
        assert {getattr(entry, "argument", entry).partition(".")[0] for entry in entries} <= known


class Desk:
    """A world with a record of each family, and clients whose profile or person lacks one thing."""

    def __init__(self) -> None:
        self.world = World()
        self.handler = self.world.new_handler()
        self.manager = self.person("Mana", "Ger", "Sales Managers", "Publishers", "Legal", "Community")
        self.staff = self.world.create_person("Stan", "Staff", "Sales")
        self.codes = {
            "accounts": crm.account(self.manager, "Orbital Labs"),
            "contacts": crm.contact(self.manager, "Jane"),
        }
        opened = self.manager.call_tool("create_opportunity", AccountCode=self.codes["accounts"], Title="Upsell").result
        self.codes["opportunities"] = opened["Opportunity"]["OpportunityCode"]
        task = self.manager.call_tool("create_task", Title="Call").result["Task"]
        records, at = self.world.records, self.world.clock()
        section = upsert_section(records, "News", at, read=EVERYBODY, write=EVERYBODY, publish=EVERYBODY)
        written = self.manager.call_tool("create_article", Title="Spring", standardSectionCode=section).result[
            "Article"
        ]
        forum = upsert_forum(records, "Support", at, read=EVERYBODY, post=EVERYBODY)
        self.needed: dict[str, Any] = {
            "AccountCode": self.codes["accounts"],
            "OpportunityCode": self.codes["opportunities"],
            "AppUserTaskCode": task["AppUserTaskCode"],
            "standardSectionCode": section,
            "StandardItemCode": written["StandardItemCode"],
            "ForumItemCode": forum,
        }

    def person(self, first: str, last: str, *groups: str) -> WorldClient:
        code = self.world.create_person(first, last, *groups)
        profile = self.world.create_profile(f"{first} {last}")
        return WorldClient(self.world, self.handler, self.world.log_in(profile, code))

    def client(self, name: str, families: FamilyAccess, rights: set[str]) -> WorldClient:
        """A client of a new profile with these families, and of a new person with exactly these rights."""
        self.world.records.codes.note_clash()  # the service has made contacts since
        code = self.world.create_person("P", name.replace(" ", ""))
        self.world.people.change(code, rights=dict.fromkeys(rights))
        profile = self.world.create_profile(name, families)
        return WorldClient(self.world, self.handler, self.world.log_in(profile, code))


@pytest.fixture(scope="module")
def desk() -> Iterator[Desk]:
    made = Desk()
    yield made
    made.handler.close()


ALL_RIGHTS = {method.right for method in METHODS.values() if method.right} | {f"{family}.all" for family in SWITCHED}
REQUIRED: dict[str, Any] = {"Name": "New", "Title": "New", "Body": "Called", "Email": "n@o.example", "FirstName": "N"}
REQUIRED |= {"LastName": "N", "Primary": True}
CROSSED = [(method, crossing) for method, crossings in CROSSINGS.items() for crossing in crossings]


def asked(method: str, crossing: Crossing, code: int) -> dict[str, Any]:
    """Arguments of a call that makes the crossing with a code."""
    own: dict[str, Any] = {"PrimaryContact": {"Email": "n@o.example"}}
    own |= {"UserCodes": [code], "AccountCodes": [code], "Primary": True, "PrimaryContactCode": code}
    found = {f.name: REQUIRED.get(f.name, 1) for f in METHODS[method].arguments if f.required}
    argument, _, inside = crossing.argument.partition(".")
    if inside:
        return found | {argument: [{"Title": "New"}, {"Title": "New", inside: code}]}
    return found | {argument: own.get(argument, code)}


@pytest.mark.parametrize("lacks", ["profile", "person"])
@pytest.mark.parametrize(("method", "crossing"), CROSSED, ids=[f"{m} {c.argument} {c.family}" for m, c in CROSSED])
def test_a_closed_family_answers_alike_whether_the_code_exists(
    desk: Desk, method: str, crossing: Crossing, lacks: str, figures: Figures
) -> None:
    families = dict(EVERYTHING)
    rights = set(ALL_RIGHTS)
    if lacks == "profile":
        families[crossing.family] = frozenset(families[crossing.family] - {crossing.access})
    else:
        rights -= {crossing.rule}
    client = desk.client(f"{method} {crossing.argument} {crossing.family} {lacks}"[:60], families, rights)
    before = json.dumps(desk.world.database.list_rows(desk.world.settings.records_table))
    answers = [
        client.call_tool(method, **asked(method, crossing, code)).error
        for code in (desk.codes.get(crossing.family, 1), MISSING)
    ]
    assert answers[0] == answers[1]
    kind = "tool_disabled" if lacks == "profile" else "permission_denied"
    assert (answers[0]["type"], answers[0]["details"]["argument"]) == (kind, crossing.argument)
    assert answers[0]["details"]["rule"] == crossing.rule
    assert json.dumps(desk.world.database.list_rows(desk.world.settings.records_table)) == before
    figures.record("codes of a closed family", tried=2, of=4 * len(CROSSED))


STAFF = [(method, argument) for method, arguments in STAFF_ARGUMENTS.items() for argument in arguments]


@pytest.mark.parametrize(("method", "argument"), STAFF, ids=[f"{m} {a}" for m, a in STAFF])
def test_who_is_no_staff_is_not_told_from_nobody(desk: Desk, method: str, argument: str) -> None:
    client = desk.client(f"{method} {argument}", EVERYTHING, ALL_RIGHTS)
    known = REQUIRED | desk.needed
    needed = {f.name: known.get(f.name, 1) for f in METHODS[method].arguments if f.required}
    needed |= {"AccountCode": desk.codes["accounts"]} if method == "update_account" else {}
    answers = [
        client.call_tool(method, **(needed | {argument: code})).error for code in (desk.codes["contacts"], MISSING)
    ]
    assert answers[0] == answers[1]
    assert (answers[0]["type"], answers[0]["details"]["argument"]) == ("not_found", argument)


@pytest.mark.parametrize("kind", HISTORY_FAMILIES)
@pytest.mark.parametrize("tool", ["undo_change", "list_record_history"])
def test_history_of_a_closed_family_answers_alike(desk: Desk, tool: str, kind: str) -> None:
    family = HISTORY_FAMILIES[kind]
    client = desk.client(f"{tool} {kind}", EVERYTHING, {r for r in ALL_RIGHTS if not r.startswith(f"{family}.")})
    version = {"Version": 1} if tool == "undo_change" else {}
    answers = [
        client.call_tool(tool, Family=kind, Code=code, **version).error for code in (desk.codes.get(kind, 1), MISSING)
    ]
    assert answers[0] == answers[1]
    assert answers[0]["type"] == "permission_denied"


def test_a_primary_contact_is_unlinked_with_the_accounts_right_alone(desk: Desk) -> None:
    contact = crm.contact(desk.manager, "Prim")
    account = crm.account(desk.manager, "Prim Labs")
    link = {"UserCode": contact, "AccountCode": account}
    desk.manager.call_tool("link_contact_to_account", **link, Primary=True)
    families = {**EVERYTHING, Family.ACCOUNTS: frozenset({Access.READ})}
    client = desk.client("contacts alone", families, ALL_RIGHTS)
    error = client.call_tool("unlink_contact_from_account", **link).error
    assert (error["type"], error["details"]["rule"]) == ("tool_disabled", "accounts.write")
    client = desk.client("no account right", EVERYTHING, ALL_RIGHTS - {"accounts.write"})
    assert client.call_tool("unlink_contact_from_account", **link).error["type"] == "permission_denied"
    assert desk.manager.call_tool("unlink_contact_from_account", **link).result["Linked"] is False


def test_what_needs_nothing_of_another_family_works_without_it(desk: Desk) -> None:
    families = {family: access for family, access in EVERYTHING.items() if family == "contacts"}
    client = desk.client("contacts only", families, {"contacts.read", "contacts.write"})
    assert client.call_tool("create_contact", Email="alone@o.example", FirstName="A", LastName="B").status == 200
    assert replace(client).call_tool("list_contacts").result["Items"]
