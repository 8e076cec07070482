"""What a merge keeps to: the stricter consent, the rights of what it touches, and that nothing is lost."""

from __future__ import annotations

from typing import Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from affino_mcp.catalogue.registry import METHODS
from tests.flow import crm
from tests.flow.merged_stock import contact_state, held, make_list, undo
from tests.world import World, WorldClient

CONSENTS: Final = ("none", "granted", "revoked")


def give(client: WorldClient, code: int, number: int, state: str) -> None:
    for tool in {"none": (), "granted": ("grant",), "revoked": ("grant", "revoke")}[state]:
        client.call_tool(f"{tool}_contact_permission", UserCode=code, PermissionCode=number).result  # noqa: B018


@pytest.mark.parametrize("other", CONSENTS)
@pytest.mark.parametrize("kept", CONSENTS)
def test_a_withdrawn_consent_is_never_given_again(manager: WorldClient, kept: str, other: str) -> None:
    codes = crm.contact(manager, "Jane"), crm.contact(manager, "Janet")
    for code, state in zip(codes, (kept, other), strict=True):
        give(manager, code, 1, state)
    manager.call_tool("merge_contacts", UserCode=codes[0], MergeUserCode=codes[1]).result  # noqa: B018
    found = manager.call_tool("list_contact_permissions", UserCode=codes[0], IncludeRevoked=True).result["Permissions"]
    stricter = max(kept, other, key=CONSENTS.index)
    assert [row["Status"] for row in found] == ([] if stricter == "none" else [stricter])


@given(shares=st.lists(st.sampled_from(["note", "task", "deal", "link", "list", "phone"]), max_size=4), data=st.data())
@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_nothing_of_any_small_stock_is_lost(manager: WorldClient, shares: list[str], data: st.DataObject) -> None:
    stamp = str(data.draw(st.uuids()))
    both = (
        crm.contact(manager, "Jane", Email=f"a{stamp}@o.example"),
        crm.contact(manager, "Jo", Email=f"b{stamp}@o.example"),
    )
    for place, kind in enumerate(shares):
        who = data.draw(st.sampled_from(both))
        match kind:
            case "note":
                manager.call_tool("create_note", Body="Called", UserCode=who).result  # noqa: B018
            case "task":
                manager.call_tool("create_task", Title="Call", UserCode=who).result  # noqa: B018
            case "deal":
                crm.opportunity(manager, crm.account(manager, f"{place} {stamp}"), PrimaryContactCode=who)
            case "link":
                at = crm.account(manager, f"{place} {stamp}")
                manager.call_tool("link_contact_to_account", UserCode=who, AccountCode=at, Primary=True).result  # noqa: B018
            case "list":
                make_list(manager, "contacts", f"{place} {stamp}", [who])
            case _:
                manager.call_tool("update_contact", UserCode=who, Mobile=f"07700 90012{place}").result  # noqa: B018
    before = [held(manager, code) for code in both]
    state = contact_state(manager, *both)
    done = manager.call_tool("merge_contacts", UserCode=both[0], MergeUserCode=both[1]).result
    after = held(manager, both[0])
    assert all(after[kind] == sorted({*before[0][kind], *before[1][kind]}) for kind in after)
    assert done["Moved"] == {k: len(v) for k, v in before[1].items() if v}
    assert undo(manager, "contacts", both[0]).result["Undone"]
    assert (contact_state(manager, *both), [held(manager, code) for code in both]) == (state, before)


def person(world: World, base: WorldClient, *without: str) -> WorldClient:
    """Somebody with every right but these."""
    rights = {m.right for m in METHODS.values() if m.right} - {*without}
    world.records.codes.note_clash()  # the service has made contacts since
    code = world.create_person("Pat", "Person")
    world.people.change(code, rights=dict.fromkeys(rights))
    return WorldClient(world, base.handler, world.log_in(world.create_profile("of Pat"), code))


@pytest.mark.parametrize("right", ["contacts.write", "contacts.delete", "contacts.consent", "notes.all"])
def test_each_right_that_a_merge_needs_is_asked_for(
    world: World, manager: WorldClient, janes: tuple[int, int], right: str
) -> None:
    kept, other = janes
    before = world.database.list_rows(world.settings.records_table)
    error = person(world, manager, right).call_tool("merge_contacts", UserCode=kept, MergeUserCode=other).error
    assert (error["type"], error["details"]["rule"]) == ("permission_denied", right)
    gained = [row for row in world.database.list_rows(world.settings.records_table) if row not in before]
    assert not [row for row in gained if row["pk"].startswith(("contacts#2", "contacts#3", "notes#"))]


def test_the_row_of_a_merge_says_how_much_moved(world: World, manager: WorldClient, janes: tuple[int, int]) -> None:
    kept, other = janes
    done = manager.call_tool("merge_contacts", UserCode=kept, MergeUserCode=other, IdempotencyKey="m").result
    again = manager.call_tool("merge_contacts", UserCode=kept, MergeUserCode=other, IdempotencyKey="m").result
    assert again["Moved"] == done["Moved"]
    row = next(row for row in world.audit_rows() if row["method"] == "merge_contacts")
    (own,) = [change for change in row["changes"] if change["record"] == f"contacts#{kept}"]
    counts = {name: pair["after"] for name, pair in own["fields"].items() if name.startswith("Moved ")}
    assert counts == {f"Moved {kind}": number for kind, number in done["Moved"].items()}
    assert {change["record"].partition("#")[0] for change in row["changes"]} == {
        "accounts",
        "contacts",
        "notes",
        "opportunities",
        "tasks",
    }
