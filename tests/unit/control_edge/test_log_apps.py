"""The API Log of apps in the browser: what proves an app, and all of its calls."""

from __future__ import annotations

from affino_mcp.audit.log import AuditLog
from affino_mcp.audit.row import AuditRow, Outcome
from tests.unit.control_edge.desk import OperatorBrowser, text_of
from tests.unit.control_edge.test_logs import methods


def test_a_row_of_an_app_says_what_proves_it_and_leads_to_its_calls(operator: OperatorBrowser) -> None:
    log = AuditLog(operator.world.database, operator.world.settings.audit_table, operator.world.clock)
    stamp, app = log.new_stamp(), "https://app.example/c"
    named = {
        "door": "oauth",
        "client_id": app,
        "client_proof": "cimd",
        "grant": "0123456789ab",
        "client_name": "claude",
    }
    log.write_row(AuditRow(*stamp, "K1", "Agents", "list_accounts", Outcome.OK, 200, **named))  # type: ignore[arg-type]
    page = text_of(operator.get(f"/logs/K1/{stamp.id}"))
    assert f"{app} , proven by the document at its address" in page
    assert "as it calls itself" in page
    assert methods(operator, client=app) == ["list_accounts"]
