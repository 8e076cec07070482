"""Each page of the Hub is served by the function whose role may do what the page does, on a stack as in a local run."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from affino_mcp.audit.row import person_partition, profile_partition
from affino_mcp.control_edge.own_work.app import WORK_PAGES
from affino_mcp.gate.identity import row_keys
from affino_mcp.login_edge.hub.app_pages import APP_ROUTES
from affino_mcp.login_edge.hub.connect_pages import CONNECT_ROUTES
from affino_mcp.login_edge.hub.password_pages import PASSWORD_ROUTES
from affino_mcp.login_edge.hub.session_pages import SESSION_ROUTES
from affino_mcp.login_edge.hub.site import HUB_ROUTES
from affino_mcp.pages.hub_places import HUB_PLACES, WORK_PATH
from affino_mcp.self_check.rights import TableRight
from scripts.expand import Template
from tests.packaging.test_self_check import covers, table_grants

LOGIN = [
    (method, f"/hub/{path}".rstrip("/"))
    for method, path in {**HUB_ROUTES, **PASSWORD_ROUTES, **SESSION_ROUTES, **CONNECT_ROUTES, **APP_ROUTES}
]
WORK = [
    (method, f"{WORK_PATH}{path}".format(profile="K1", id="01", kind="notes", part="1"))
    for path, method, _ in WORK_PAGES
]
PAGES = [(*place, "LoginProxy") for place in LOGIN] + [(*place, "ControlCentre") for place in WORK]


def routes(written: Template) -> Iterator[tuple[str, str, str]]:
    """Method, path and function of each route of the API."""
    for name, resource in written["Resources"].items():
        events: dict[str, Any] = resource.get("Properties", {}).get("Events", {})
        for event in events.values():
            if event["Type"] == "Api":
                yield event["Properties"]["Method"].upper(), event["Properties"]["Path"], name


def served_by(written: Template, method: str, path: str) -> str:
    """The function that API Gateway gives a request to: of the routes that fit, the one with the longest fixed part."""
    fitting = [
        (route, name)
        for verb, route, name in routes(written)
        if verb == method and re.fullmatch(re.sub(r"\\{\w+\\\+\\}", ".+", re.escape(route)), path)
    ]
    return max(fitting, key=lambda each: len(each[0].partition("{")[0]))[1]


@pytest.mark.parametrize(("method", "path", "function"), PAGES, ids=str)
def test_a_page_of_the_hub_is_served_by_its_function(written: Template, method: str, path: str, function: str) -> None:
    assert served_by(written, method, path) == function


def test_every_place_of_the_navigation_is_a_page() -> None:
    assert {path for path, _ in HUB_PLACES} <= {path for method, path, _ in PAGES if method == "GET"}


OWN_DEEDS = [
    TableRight("audit_table", "PutItem", profile_partition("control")),
    TableRight("audit_table", "PutItem", "H#begun"),
    TableRight("gate_table", "PutItem", row_keys.UNLOGGED_PARTITION),
    TableRight("gate_table", "DeleteItem", row_keys.UNLOGGED_PARTITION),
]


@pytest.mark.parametrize("right", OWN_DEEDS, ids=str)
def test_the_login_function_may_log_what_people_do_at_the_hub(template: Template, right: TableRight) -> None:
    assert any(covers(grant, right) for grant in table_grants(template, "LoginProxy"))


@pytest.mark.parametrize("operation", ["GetItem", "Query", "BatchGetItem", "UpdateItem", "DeleteItem"])
def test_the_login_function_reads_no_row_of_the_log_and_changes_none(template: Template, operation: str) -> None:
    asked = TableRight("audit_table", operation, profile_partition("control"))
    assert not any(covers(grant, asked) for grant in table_grants(template, "LoginProxy"))


def test_the_control_centres_function_may_read_the_work_of_a_person(template: Template) -> None:
    asked = TableRight("audit_table", "Query", person_partition(7), "ByPerson", "person")
    assert any(covers(grant, asked) for grant in table_grants(template, "ControlCentre"))
