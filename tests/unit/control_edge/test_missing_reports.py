"""The page of what agents lack: groups with who denies it, what to do, and the way to their rows."""

from __future__ import annotations

from typing import Any

import pytest

from affino_mcp.audit.log import AuditLog
from tests.unit.audit.rows import row
from tests.unit.control_edge.desk import OperatorBrowser, text_of


def report(operator: OperatorBrowser, kind: str, denied_by: str, need: str, **arguments: Any) -> None:
    world = operator.world
    made = row(
        world.clock(),
        method="report_missing",
        record=f"reports#{kind}",
        denied_by=denied_by,
        arguments={"Kind": kind, "Need": need, **arguments},
    )
    AuditLog(world.database, world.settings.audit_table).write_row(made)


def test_without_reports_it_says_so(operator: OperatorBrowser) -> None:
    assert 'href="/control/reports"' in operator.get("/logs").text
    assert "No agent has reported anything" in text_of(operator.get("/reports"))


def test_groups_say_what_to_do_and_lead_to_their_rows(operator: OperatorBrowser) -> None:
    for _ in range(2):
        report(operator, "no_right", "profile", "to make a contact", ToolName="create_contact")
    report(operator, "no_tool", "nobody", "<b>to send</b>")
    page = operator.get("/reports")
    told = text_of(page)
    assert told.index("No right to it: create_contact") < told.index("No tool for it")
    assert "Switch the tool's family on in the API Profile" in told
    assert "“<b>to send</b>”" in told
    assert "<b>to send" not in page.text
    assert "/control/logs?profile=K1&amp;person=7&amp;method=report_missing" in page.text
    assert operator.get("/logs", profile="K1", method="report_missing").text.count("report_missing") > 2


def test_the_row_says_what_denied_it(operator: OperatorBrowser) -> None:
    report(operator, "no_right", "profile", "to make a contact", ToolName="create_contact")
    made = operator.world.audit_rows()[-1]
    assert "Denied by profile" in " ".join(text_of(operator.get(f"/logs/K1/{made['sk']}")).split())


@pytest.mark.parametrize("since", ["1d", "nonsense"])
def test_the_time_can_be_chosen(operator: OperatorBrowser, since: str) -> None:
    report(operator, "no_tool", "nobody", "to send an e-mail")
    operator.world.clock.move(hours=30)
    operator.sign_in("olivia.park@affino.example")
    shown = "to send an e-mail" in text_of(operator.get("/reports", since=since))
    assert shown is (since == "nonsense")


def test_it_is_for_those_who_may_read_the_log(operator: OperatorBrowser) -> None:
    operator.person("Sal", "Seller", "Sales")
    operator.sign_in("sal.seller@affino.example")
    assert operator.get("/reports").status_code == 403
    assert "/control/reports" not in operator.get("/logs").text
