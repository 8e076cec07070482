"""API Profiles in the browser: list, create, edit, disable, regenerate; each action in the log; few store calls."""

from __future__ import annotations

import re
from typing import Any

import pytest
from httpx2 import Response

from affino_mcp.admin.tool_price import price_always_listed, price_families, price_tools_list
from affino_mcp.catalogue.capability import SWITCHED_FAMILIES, Access, Capability, Family
from affino_mcp.catalogue.list_mode import ListMode
from affino_mcp.gate.profiles.profile import PROFILE_OPTIONS, Profile
from tests.unit.control_edge.desk import OperatorBrowser, hidden_fields, text_of
from tests.world import EVERYTHING, WorldClient

READ, BOTH = frozenset({Access.READ}), frozenset(Access)
EDITOR = {"name": "Content Editor Agent", "rate": "60", "burst": "", "notes": "for the newsroom"}
GRID = ["articles.read", "articles.write", "media_items.read", "media_items.write"]


@pytest.fixture
def profile(operator: OperatorBrowser) -> Profile:
    return operator.world.create_profile("Newsroom", {Family.ARTICLES: BOTH, Family.TASKS: READ}, 300)


def edit(desk: OperatorBrowser, profile: Profile, **given: Any) -> Response:
    path = f"/profiles/{profile.key}/edit"
    values = {"name": profile.name, "rate": str(profile.rate), "burst": "", "notes": ""}
    return desk.send(path, grid=given.pop("grid", ["articles.read", "articles.write", "tasks.read"]), **values | given)


def test_the_guides_profile_is_made_and_its_secret_is_shown_once(operator: OperatorBrowser) -> None:
    answer = operator.send("/profiles/new", grid=GRID, **EDITOR)
    (state,) = operator.world.profiles.list_profiles()
    assert answer.status_code == 200
    assert state.profile.secret in answer.text
    assert state.profile.capability.to_json() == {"articles": ["read", "write"], "media_items": ["read", "write"]}
    assert (state.profile.rate, state.profile.notes, state.enabled) == (60, "for the newsroom", True)
    for path in ("/profiles", f"/profiles/{state.profile.key}", f"/profiles/{state.profile.key}/edit"):
        assert state.profile.secret not in operator.get(path).text


@pytest.mark.parametrize(
    ("given", "text"),
    [
        pytest.param({"name": " "}, "The name must be", id="no name"),
        pytest.param({"rate": "0"}, "from 1 to 6,000", id="no calls"),
        pytest.param({"rate": "many"}, "must be a whole number", id="no number"),
        pytest.param({"burst": "60000"}, "from 1 to 6,000", id="too many at once"),
        pytest.param({"notes": "x" * 2001}, "at most 2,000", id="long notes"),
        pytest.param({"name": "NEWSROOM"}, "exists already", id="a name that is taken"),
    ],
)
def test_a_faulty_form_comes_back_as_it_was_sent(
    operator: OperatorBrowser, profile: Profile, given: dict[str, str], text: str
) -> None:
    answer = operator.send("/profiles/new", grid=GRID, **{**EDITOR, **given})
    assert answer.status_code in (400, 409)
    assert text in text_of(answer)
    assert re.search(r'value="media_items.write"[^>]* checked', answer.text)
    assert [state.profile.key for state in operator.world.profiles.list_profiles()] == [profile.key]


def test_the_grid_tells_what_each_switch_costs(operator: OperatorBrowser) -> None:
    page = operator.get("/profiles/new").text
    figures = [int(price) for price in re.findall(r'data-price="(\d+)"', page)]
    assert len(figures) == 20
    assert all(100 < price < 20_000 for price in figures)


def test_a_wider_profile_is_saved_at_once(operator: OperatorBrowser, profile: Profile) -> None:
    grid = ["articles.read", "articles.write", "tasks.read", "tasks.write"]
    answer = edit(operator, profile, grid=grid, rate="600")
    assert answer.status_code == 303
    now = operator.world.profiles.get(profile.key).profile
    assert now.capability.allows("tasks", Access.WRITE)
    assert (now.rate, now.burst) == (600, 60)
    (row,) = operator.operator_rows()
    assert (row["method"], row["profile_key"], row["person_name"]) == ("change_profile", profile.key, "Olivia Park")
    assert row["arguments"]["before"]["families"] == {"articles": ["read", "write"], "tasks": ["read"]}
    assert row["arguments"]["after"]["rate"] == 600


def test_two_operators_never_undo_each_other(operator: OperatorBrowser, profile: Profile) -> None:
    page = operator.get(f"/profiles/{profile.key}/edit")
    operator.world.profiles.change(profile.key, notes="somebody else was here")
    grid = ["articles.read", "articles.write", "tasks.read"]
    path = f"/profiles/{profile.key}/edit"
    answer = operator.send(path, page, name="Mine", rate="300", burst="", notes="", grid=grid)
    assert answer.status_code == 409
    assert "has been changed meanwhile" in answer.text
    assert operator.world.profiles.get(profile.key).profile.notes == "somebody else was here"
    assert [row["outcome"] for row in operator.operator_rows()] == ["error"]


def test_disabling_gives_a_receipt_and_is_obeyed(operator: OperatorBrowser, profile: Profile) -> None:
    answer = operator.send(f"/profiles/{profile.key}/disable", operator.get(f"/profiles/{profile.key}"))
    assert "No call accepted since 2026-11-23 09:00:00 UTC" in text_of(answer)
    assert not operator.world.profiles.get(profile.key).enabled
    operator.send(f"/profiles/{profile.key}/enable", operator.get(f"/profiles/{profile.key}"))
    assert operator.world.profiles.get(profile.key).enabled
    assert [row["method"] for row in operator.operator_rows()] == ["disable_profile", "enable_profile"]


def test_regenerating_shows_who_would_be_cut_off_and_then_the_new_secret(
    operator: OperatorBrowser, profile: Profile
) -> None:
    world = operator.world
    editor = world.create_person("Edith", "Moreau", "Editors")
    handler = world.new_handler()
    message = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "list_tasks", "arguments": {}}}
    handler(world.make_event(message, world.log_in(profile, editor)), None)
    page = operator.get(f"/profiles/{profile.key}/regenerate")
    assert f"Edith Moreau ({editor})" in text_of(page)
    answer = operator.send(f"/profiles/{profile.key}/regenerate", page)
    handler.close()
    now = world.profiles.get(profile.key).profile
    assert now.secret != profile.secret
    assert now.secret in answer.text
    assert now.secret not in str(operator.operator_rows()) + operator.get(f"/profiles/{profile.key}").text


def test_an_overlap_shows_who_still_comes_with_the_old_secret_and_can_be_ended(
    operator: OperatorBrowser, profile: Profile
) -> None:
    world, path = operator.world, f"/profiles/{profile.key}"
    editor, handler = world.create_person("Edith", "Moreau", "Editors"), world.new_handler()
    client = WorldClient(world, handler, world.log_in(profile, editor))
    answer = operator.send(f"{path}/regenerate", overlap="24h")
    assert "accepted until 2026-11-24 09:00:00 UTC (in 24 hours)" in text_of(answer)
    assert "Nobody has come with it since" in text_of(operator.get(path))
    assert client.call_tool("list_articles").result["Warnings"][0]["Code"] == "FORMER_SECRET"
    page = operator.get(path)
    assert f"Edith Moreau ({editor}) , last 2026-11-23 09:00:00 UTC , accepted" in text_of(page)
    assert len(operator.count_store_calls(path)) == 3
    assert "Refuse it now" in page.text
    assert "only the last former secret is remembered" in text_of(operator.get(f"{path}/regenerate"))
    ended = operator.send(f"{path}/end-overlap", page)
    assert ended.headers["location"].endswith("?done=ended")
    world.clock.move(minutes=1)
    assert client.call_tool("list_articles").status == 401
    handler.close()
    after = text_of(operator.get(path))
    assert f"Edith Moreau ({editor}) , last 2026-11-23 09:01:00 UTC , refused" in after
    assert "Refuse it now" not in after
    assert [row["method"] for row in operator.operator_rows()] == ["regenerate_profile", "end_overlap"]
    assert operator.operator_rows()[0]["arguments"]["after"] == {"version": "a new one", "overlap": "24h"}
    again = operator.send(f"{path}/end-overlap", page)
    assert not again.headers["location"].endswith("?done=ended")
    assert operator.operator_rows()[-1]["outcome"] == "error"
    secrets = [profile.secret, world.profiles.get(profile.key).profile.secret]
    written = str(world.database.list_rows(world.settings.gate_table)) + str(world.audit_rows()) + after
    assert [secret for secret in secrets if secret in written] == []


@pytest.mark.parametrize("overlap", ["8d", "x", "-1h", "169h", ""])
def test_an_overlap_that_is_not_changes_nothing(operator: OperatorBrowser, profile: Profile, overlap: str) -> None:
    answer = operator.send(f"/profiles/{profile.key}/regenerate", overlap=overlap)
    assert answer.status_code == 400
    assert operator.world.profiles.get(profile.key).profile == profile


def test_a_secret_is_regenerated_once_from_one_page(operator: OperatorBrowser, profile: Profile) -> None:
    page = operator.get(f"/profiles/{profile.key}/regenerate")
    operator.send(f"/profiles/{profile.key}/regenerate", page)
    made = operator.world.profiles.get(profile.key).profile
    operator.send(f"/profiles/{profile.key}/regenerate", page)
    assert operator.world.profiles.get(profile.key).profile == made


def test_screens_ask_the_stores_three_times_at_most(operator: OperatorBrowser, profile: Profile) -> None:
    operator.world.create_profile("Other", {Family.NOTES: READ})
    for path in (
        "/profiles",
        "/profiles/new",
        *(f"/profiles/{profile.key}{end}" for end in ("", "/edit", "/regenerate")),
    ):
        assert len(operator.count_store_calls(path)) <= 3, path


def test_the_list_and_the_profile_say_how_much_it_is_used(operator: OperatorBrowser, profile: Profile) -> None:
    world = operator.world
    assert "never" in text_of(operator.get("/profiles"))
    handler = world.new_handler()
    client = WorldClient(world, handler, world.log_in(profile, world.create_person("Edith", "Moreau", "Editors")))
    for _ in range(3):
        client.call_tool("list_articles")
    handler.close()
    world.clock.move(minutes=2)
    for path in ("/profiles", f"/profiles/{profile.key}"):
        shown = text_of(operator.get(path))
        assert re.search(r"\b3 (calls today |since 00:00 UTC )?(Last used:? )?2 minutes ago", shown), path
    world.clock.move(days=1)
    operator.sign_in("olivia.park@affino.example")
    assert re.search(r"\b0 calls today Last used: 1 day ago", text_of(operator.get("/profiles")))


@pytest.mark.parametrize(("mode", "is_cut"), [(ListMode.FULL, True), (ListMode.COMPACT, False)], ids=str)
def test_the_profile_says_which_clients_cut_its_list(operator: OperatorBrowser, mode: ListMode, is_cut: bool) -> None:
    whole = operator.world.profiles.create("Whole", EVERYTHING, 60, mode=mode)
    shown = text_of(operator.get(f"/profiles/{whole.key}"))
    assert ("Gemini Enterprise takes 100 tools and gets " in shown) == is_cut
    assert ("/mcp/x/accounts,contacts" in shown) == is_cut


def test_a_profile_that_is_not_there(operator: OperatorBrowser) -> None:
    assert operator.get("/profiles/nobody").status_code == 404


def test_without_the_right_no_profile_is_seen(desk: OperatorBrowser) -> None:
    profile = desk.world.create_profile("Newsroom")
    desk.person("Edith", "Moreau", "Editors")
    desk.sign_in("edith.moreau@affino.example")
    fields = hidden_fields(desk.get("/sign-in").text)
    for path in ("/profiles", "/profiles/new", f"/profiles/{profile.key}", f"/profiles/{profile.key}/edit"):
        answer = desk.get(path)
        assert answer.status_code == 403, path
        assert "Newsroom" not in answer.text
    assert desk.browser.post(f"/control/profiles/{profile.key}/disable", data=fields).status_code == 403
    assert desk.world.profiles.get(profile.key).enabled


def test_names_are_text_never_markup(operator: OperatorBrowser) -> None:
    operator.world.create_profile('<script>alert("x")</script>')
    assert "<script>alert" not in operator.get("/profiles").text
    assert "&lt;script&gt;alert" in operator.get("/profiles").text


@pytest.mark.parametrize("options", [[], *([name] for name in PROFILE_OPTIONS), list(PROFILE_OPTIONS)], ids="+".join)
def test_options_are_kept(operator: OperatorBrowser, options: list[str]) -> None:
    operator.send("/profiles/new", grid=GRID, options=options, **EDITOR)
    (state,) = operator.world.profiles.list_profiles()
    assert [name for name, on in state.profile.options.items() if on] == options
    page = operator.get(f"/profiles/{state.profile.key}/edit").text
    assert re.findall(r'name="options" value="(\w+)" checked', page) == options
    edit(operator, state.profile, grid=GRID, options=options[:1])
    told = operator.operator_rows()[-1]["arguments"]
    before, after = ([name for name in PROFILE_OPTIONS if told[when][name]] for when in ("before", "after"))
    assert (before, after) == (options, options[:1])


def test_the_prices_of_both_switches_everywhere_are_the_price_of_everything() -> None:
    everything = Capability(dict.fromkeys(map(str, SWITCHED_FAMILIES), BOTH))
    parts = [tokens for family in price_families().values() for tokens in family.values()]
    assert abs(price_always_listed() + sum(parts) - price_tools_list(everything)) <= len(parts)
