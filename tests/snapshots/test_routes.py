"""The public routes of the REST API: one committed snapshot of the whole table, and what holds for each of them."""

from __future__ import annotations

import pytest

from affino_mcp.catalogue.registry import METHODS
from affino_mcp.catalogue.routes import ROUTES, find_route, list_verbs, route_of
from scripts.catalogue import REST_PAGE, ROUTES_SNAPSHOT, format_route_table, format_routes


def test_the_table_is_as_it_was() -> None:
    before = ROUTES_SNAPSHOT.read_text(encoding="utf-8") if ROUTES_SNAPSHOT.exists() else "no snapshot"
    assert format_routes() == before, "The public routes have changed. If that is meant: make docs"


def test_the_page_has_every_route() -> None:
    assert format_route_table() in REST_PAGE.read_text(encoding="utf-8")


def test_every_method_has_one_route_and_no_two_are_the_same() -> None:
    assert [route.method.name for route in ROUTES] == list(METHODS)
    assert len({(route.verb, route.path) for route in ROUTES}) == len(METHODS)
    assert all(route_of(route.method) is route for route in ROUTES)


def test_every_place_is_an_argument_of_the_method_and_is_found_again() -> None:
    for route in ROUTES:
        values = {name: str(17 + index) for index, name in enumerate(route.places)}
        assert set(route.places) <= {field.name for field in route.method.arguments}
        assert find_route(route.verb, route.fill(values)) == (route, values)
        assert route.verb in list_verbs(route.fill(values))


@pytest.mark.parametrize(
    ("verb", "path", "name"),
    [
        pytest.param("GET", "/accounts", "list_accounts", id="a list"),
        pytest.param("GET", "/accounts/17/", "get_account", id="a record"),
        pytest.param("POST", "/articles/5/steps", "create_article_step", id="made below its record"),
        pytest.param("PATCH", "/article_steps/5", "update_article_step", id="a part by its own code"),
        pytest.param("POST", "/accounts/many", "create_accounts", id="a fixed part wins over a place"),
        pytest.param("DELETE", "/contacts/3/accounts/4", "unlink_contact_from_account", id="a link by two codes"),
        pytest.param("POST", "/forum_threads/9/moderation", "moderate_forum_thread", id="an action"),
        pytest.param("GET", "/contacts/summary", "summarise_contacts", id="a summary is no contact"),
    ],
)
def test_a_request_finds_its_method(verb: str, path: str, name: str) -> None:
    found = find_route(verb, path)
    assert found is not None
    assert found[0].method.name == name


def test_a_place_may_be_left_out() -> None:
    found = find_route("GET", "/contacts/-")
    assert found == (route_of(METHODS["get_contact"]), {})
    assert found[0].fill({}) == "/contacts/-"


@pytest.mark.parametrize(
    ("verb", "path", "allowed"),
    [
        pytest.param("PUT", "/accounts", ("GET", "POST"), id="a verb without a route"),
        pytest.param("GET", "/account", (), id="no collection"),
        pytest.param("GET", "/accounts//", (), id="an empty part"),
        pytest.param("GET", "/accounts/1/2/3", (), id="deeper than any"),
    ],
)
def test_what_has_no_route_finds_none(verb: str, path: str, allowed: tuple[str, ...]) -> None:
    assert find_route(verb, path) is None
    assert list_verbs(path) == allowed
