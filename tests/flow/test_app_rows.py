"""What the API Log says of an app: who was proven, through which door, and how its calls are found."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from affino_mcp.admin.log_formats import EXPORT_COLUMNS
from affino_mcp.audit.queries import LogQuery, search_log
from affino_mcp.audit.row_records import is_of_client
from tests.flow.apps import CALL, DOOR, App, connection, packed, three_headers
from tests.oauth_stage import REQUEST


@pytest.fixture
def app() -> Iterator[App]:
    made = App()
    yield made
    made.close()


def test_the_row_of_a_call_names_the_app_that_was_proven(app: App) -> None:
    app.call("get_current_user")
    (row,) = app.world.audit_rows()
    assert named_app(row) == ("oauth", REQUEST.client_id, "cimd", app.stage.grant().fingerprint)


def named_app(row: dict[str, Any]) -> tuple[str, ...]:
    """What the row says of the app, with what proves it."""
    return row["door"], row["client_id"], row["client_proof"], row["grant"]


def test_a_refused_call_names_the_app_too(app: App) -> None:
    app.world.profiles.disable(app.stage.profile.key)
    assert app.call("get_current_user").status == 403
    assert app.client_with(connection(app)).call_tool("get_current_user").status == 403
    app.client_with(packed(app)).call_tool("get_current_user")
    app.client_with(three_headers(app)).call_tool("get_current_user")
    refused, *others = app.world.audit_rows()
    assert named_app(refused) == ("oauth", REQUEST.client_id, "cimd", app.stage.grant().fingerprint)
    assert list(map(named_app, others)) == [(door, "", "", "") for door in ("connect", "packed", "headers")]


def test_the_calls_of_an_app_are_found_by_its_id(app: App) -> None:
    for client in (app.client, app.client_with(three_headers(app))):
        client.send(CALL, path=DOOR if client.headers == app.client.headers else "/mcp")
    app.call("list_accounts")
    database, table = app.world.database, app.world.settings.audit_table
    places: tuple[dict[str, Any], ...] = ({}, {"profile": app.stage.profile.key}, {"person": app.stage.edith})
    for place in places:
        asked = LogQuery(client_id=REQUEST.client_id, **place)
        found = search_log(database, table, asked, app.world.clock()).rows
        assert [row.method for row in found] == ["list_accounts", "get_current_user"]
        other = replace(asked, client_id=f"{REQUEST.client_id}x")
        assert search_log(database, table, other, app.world.clock()).rows == []


def test_an_export_has_the_apps_columns() -> None:
    assert {"door", "client_id", "client_proof", "grant"} <= set(EXPORT_COLUMNS)


@pytest.mark.parametrize("kind", ["affo", "affr", "affc", "affa", "afft"])
def test_a_token_in_an_argument_is_withheld(app: App, kind: str) -> None:
    token = f"{kind}_{'5' * 64}"
    app.call("create_note", Title="Call", Text=f"my token {token} and a text")
    assert token not in str(app.world.audit_rows())
    assert "[withheld]" in str(app.world.audit_rows())


def test_the_id_of_an_app_that_a_row_holds_the_beginning_of_is_found() -> None:
    """An address may be longer than what a row keeps of a text."""
    long = "https://app.example/" + "a" * 400
    assert is_of_client({"client_id": long[:200]}, long)
    assert not is_of_client({"client_id": long[:100]}, long)
    assert not is_of_client({}, long)
