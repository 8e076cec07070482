"""The rows of one request on one page of the API Logs."""

from __future__ import annotations

from affino_mcp.gate.profiles.profile import Profile
from tests.unit.control_edge.desk import OperatorBrowser, text_of
from tests.world import WorldClient


def test_the_rows_of_a_change_in_shares_are_on_one_page(
    operator: OperatorBrowser, profile: Profile, sales: WorldClient
) -> None:
    sales.call_tool("create_contact_list", Title="Spring")
    members = [
        sales.call_tool("create_contact", Email=f"m{n}@o.example", FirstName="M", LastName=str(n)).result
        for n in range(30)
    ]
    codes = [found["Contact"]["UserCode"] for found in members]
    sales.call_tool("add_contact_list_members", ContactListCode=1, UserCodes=codes)
    rows = [row for row in operator.world.audit_rows() if row["method"] == "add_contact_list_members"]
    assert [row["share"] for row in rows] == ["1 of 2", "2 of 2"]
    for row, other in (rows, rows[::-1]):
        page = operator.get(f"/logs/{profile.key}/{row['id']}").text
        assert f'/logs/{profile.key}/{other["id"]}">' in page
        assert f"share {other['share']}: ok" in text_of(operator.get(f"/logs/{profile.key}/{row['id']}"))
    assert len(operator.count_store_calls(f"/logs/{profile.key}/{rows[0]['id']}")) == 3
