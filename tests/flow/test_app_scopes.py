"""What an app may do at the OAuth door: profile, person and scopes together, and how it learns what is missing."""

from __future__ import annotations

from affino_mcp.catalogue.capability import Access, Family
from affino_mcp.catalogue.registry import METHODS
from affino_mcp.catalogue.scopes import list_needed_scopes
from tests.flow.apps import PLACES, App, three_headers


def test_what_was_not_asked_for_is_listed_and_answers_403_with_all_that_it_needs() -> None:
    app = App(scopes="accounts:read")
    assert {"list_accounts", "create_account"} <= app.tool_names()
    assert app.call("list_accounts").status == 200
    refused = app.call("create_account", Name="Orbital")
    app.close()
    needed = list_needed_scopes(METHODS["create_account"], "accounts.write")
    assert (refused.status, refused.document["error"]["data"]["type"]) == (403, "insufficient_scope")
    assert refused.document["id"] == 7
    assert refused.document["error"]["data"]["scope"].split() == needed == ["accounts:write", "contacts:write"]
    assert refused.headers["www-authenticate"] == PLACES.step_up_challenge(needed)
    row = app.world.audit_rows()[-1]
    assert (row["method"], row["outcome"], row["status"]) == ("create_account", "refused", 403)


def test_what_the_person_declined_is_not_listed_and_asked_for_no_more() -> None:
    app = App(scopes="accounts:read accounts:write", declined="contacts:read contacts:write")
    names = app.tool_names()
    refused = app.call("list_contacts").error
    told = app.call("report_missing", Kind="no_right", Need="contacts", ToolName="list_contacts").result
    app.close()
    assert "list_contacts" not in names
    assert (refused["type"], refused["details"]["denied_by"]) == ("tool_disabled", "grant")
    assert told["DeniedBy"] == "grant"


def test_an_argument_of_a_family_that_was_not_given_is_refused_before_any_record_is_read() -> None:
    app = App(scopes="tasks:write tasks:read")
    assert app.call("create_task", Title="Call").status == 200
    refused = app.call("create_task", Title="Call", AccountCode=1)
    app.close()
    assert (refused.status, refused.document["error"]["data"]["type"]) == (403, "insufficient_scope")
    assert "accounts:read" in refused.document["error"]["data"]["scope"].split()


def test_a_change_of_a_family_that_was_not_given_is_not_undone() -> None:
    app = App(scopes="accounts:read contacts:write")
    code = (
        app.client_with(three_headers(app)).call_tool("create_account", Name="Orbital").result["Account"]["AccountCode"]
    )
    refused = app.call("undo_change", Family="accounts", Code=code, Version=1)
    app.close()
    assert (refused.status, refused.document["error"]["data"]["scope"]) == (403, "accounts:write")


def test_a_tool_that_the_profile_denies_is_the_profiles_matter() -> None:
    """No further consent would open it, so that none is asked for."""
    app = App(scopes="accounts:read")
    app.world.profiles.change(app.stage.profile.key, families={Family.ACCOUNTS: frozenset({Access.READ})})
    refused = app.call("create_account", Name="Orbital").error
    app.close()
    assert refused["details"]["denied_by"] == "profile"
