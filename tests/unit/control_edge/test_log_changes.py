"""What a call changed, on the page and in exports: whole for readers of the log, for others what they may see."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest

from affino_mcp.audit.log import AuditLog
from affino_mcp.audit.row import Outcome
from affino_mcp.gate.profiles.profile import Profile
from tests.flow import crm
from tests.unit.audit.rows import row
from tests.unit.control_edge.desk import OperatorBrowser, text_of
from tests.unit.control_edge.test_logs import told
from tests.world import WorldClient


@pytest.fixture
def linked(operator: OperatorBrowser, sales: WorldClient) -> dict[str, Any]:
    """The row of creating an account with its primary contact, which changed two records."""
    jane = crm.contact(sales, "Jane")
    crm.account(sales, "Orbital Labs", PrimaryContactCode=jane, City="Leeds")
    return operator.world.audit_rows()[-1]


def page(desk: OperatorBrowser, shown: dict[str, Any]) -> str:
    return told(text_of(desk.get(f"/logs/{shown['profile_key']}/{shown['id']}")))


def test_a_row_opens_to_its_result_its_changes_and_its_times(operator: OperatorBrowser, linked: dict[str, Any]) -> None:
    shown = page(operator, linked)
    assert "Result account 1 created, with 1 other record" in shown
    assert f"{linked['duration_ms']} ms, after {linked['gate_ms']} ms at the gate" in shown
    assert "What changed Field Before After account 1 created" in shown
    assert "City empty Leeds" in shown
    assert "contact 2 changed" in shown or "contact 3 changed" in shown
    assert "accounts#1 Primary empty yes" in shown
    assert "Arguments" in shown


def test_a_table_is_one_for_screen_readers(operator: OperatorBrowser, linked: dict[str, Any]) -> None:
    html = operator.get(f"/logs/{linked['profile_key']}/{linked['id']}").text
    assert "<caption" in html
    assert html.count('scope="rowgroup"') == 2
    assert '<th scope="row">City</th>' in html


def test_a_read_has_a_result_and_no_table(operator: OperatorBrowser, sales: WorldClient) -> None:
    sales.call_tool("list_accounts")
    shown = page(operator, operator.world.audit_rows()[-1])
    assert "Result 0 of 0 accounts" in shown
    assert "What changed" not in shown


def test_ones_own_call_shows_what_one_may_read(operator: OperatorBrowser, linked: dict[str, Any]) -> None:
    operator.browser.cookies.clear()
    operator.sign_in("sal.seller@affino.example")
    shown = page(operator, linked)
    assert "City empty Leeds" in shown
    assert "Primary empty yes" in shown


def test_ones_own_call_names_the_rest(operator: OperatorBrowser, linked: dict[str, Any]) -> None:
    only = dict.fromkeys(("accounts.read", "control.access"))
    operator.world.people.change(linked["person_code"], groups=(), rights=only)
    operator.browser.cookies.clear()
    operator.sign_in("sal.seller@affino.example")
    shown = page(operator, linked)
    assert "City empty Leeds" in shown
    assert "Primary empty yes" not in shown
    assert "more fields, not shown here" in shown
    exported = json.loads(operator.get("/logs/export", format="json", method="create_account").text)
    assert [bool(change["fields"]) for change in exported[0]["changes"]] == [True, False]


def test_ones_own_call_shows_nothing_of_a_family_that_was_taken_away(
    operator: OperatorBrowser, linked: dict[str, Any]
) -> None:
    operator.world.people.change(linked["person_code"], groups=("Legal",))
    operator.browser.cookies.clear()
    operator.sign_in("sal.seller@affino.example")
    shown = page(operator, linked)
    assert "account 1 created" in shown
    assert "City empty" not in shown


def test_exports_carry_result_and_changes(operator: OperatorBrowser, linked: dict[str, Any]) -> None:
    (line,) = csv.DictReader(io.StringIO(operator.get("/logs/export", format="csv", method="create_account").text))
    (same,) = json.loads(operator.get("/logs/export", format="json", method="create_account").text)
    assert line["result"] == same["result"] == "account 1 created, with 1 other record"
    assert json.loads(line["changes"]) == same["changes"] == linked["changes"]
    assert same["changes"][0]["fields"]["City"] == {"after": "Leeds"}


def test_what_an_operator_could_not_do_is_no_change(operator: OperatorBrowser, profile: Profile) -> None:
    log = AuditLog(operator.world.database, operator.world.settings.audit_table)
    sides = {"before": {"enabled": True}, "after": {"enabled": False}}
    failed = {"profile_key": profile.key, "outcome": Outcome.ERROR, "status": 409, "channel": "control"}
    log.write_row(
        row(operator.world.clock(), **failed, arguments=sides, error={"code": 1, "type": "x", "message": "No."})
    )
    assert "What would have changed Field Before After" in page(operator, operator.world.audit_rows()[-1])
