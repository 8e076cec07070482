"""`affino-mcp app`: apps are registered, listed, removed, and what people have connected is ended."""

from __future__ import annotations

import pytest

from affino_mcp.gate.grants.grants import Grants
from affino_mcp.gate.identity.row_keys import sha256_hex
from affino_mcp.gate.profiles.admission_terms import AdmissionTerms
from tests.unit.cli.conftest import Terminal
from tests.unit.gate.grants.connected import connect_app
from tests.world import EVERYTHING

REDIRECT = "https://gemini.example/callback"


@pytest.fixture
def connected(terminal: Terminal) -> list[str]:
    """Three apps of two people on the profile Newsroom."""
    world = terminal.world
    profile = world.profiles.create("Newsroom", EVERYTHING, terms=AdmissionTerms(connectable=("Sales",)))
    people = [world.create_person(name, "Doe", "Sales") for name in ("Jane", "Joan")]
    stores = world.database, world.secrets, world.settings, world.clock
    return [connect_app(*stores, profile.key, people[n % 2]).fingerprint for n in range(3)]


def live(terminal: Terminal) -> list[str]:
    return sorted(one["app"] for one in terminal.run_json("app", "list", "--profile", "Newsroom"))


def test_an_app_is_registered_listed_and_removed(terminal: Terminal) -> None:
    made = terminal.run_json("app", "add", "Gemini", "--redirect", REDIRECT, "--redirect", "cursor://x/cb")
    assert (made["name"], made["redirect_uris"], made["public"]) == ("Gemini", [REDIRECT, "cursor://x/cb"], False)
    (row,) = [
        row for row in terminal.world.database.list_rows(terminal.world.settings.gate_table) if row["pk"] == "CLIENTS"
    ]
    assert (row["sk"], row["secret"]) == (made["client_id"], sha256_hex(made["client_secret"]))
    public = terminal.run_json("app", "add", "Tool", "--redirect", "http://127.0.0.1/cb", "--public")
    assert "client_secret" not in public
    listed = terminal.run_json("app", "list")
    assert [one["name"] for one in listed] == ["Gemini", "Tool"]
    assert made["client_secret"] not in str(listed)
    assert terminal.run_refused("app", "remove", made["client_id"])["type"] == "needs_confirmation"
    assert terminal.run_json("app", "remove", made["client_id"], "--yes") == {"removed": made["client_id"], "ended": 0}
    assert terminal.run_refused("app", "remove", made["client_id"], "--yes")["type"] == "not_found"
    assert "Tool" in terminal.run("app", "list")[0]
    deeds = [row["method"] for row in terminal.world.audit_rows()]
    assert deeds == ["add_app", "add_app", "remove_app"]
    assert made["client_secret"] not in str(terminal.world.audit_rows())


@pytest.mark.parametrize(
    ("name", "redirect"), [("", REDIRECT), ("Gemini", "http://evil.example/"), ("Gemini", f"{REDIRECT}#x")]
)
def test_what_cannot_be_registered(terminal: Terminal, name: str, redirect: str) -> None:
    assert terminal.run_refused("app", "add", name, "--redirect", redirect)["type"] == "validation_error"
    assert terminal.run_json("app", "list") == []


def test_one_app_and_then_all_are_ended(terminal: Terminal, connected: list[str]) -> None:
    assert live(terminal) == sorted(connected)
    table = terminal.run("app", "list", "--profile", "Newsroom")[0]
    assert all(part in table for part in ("jane.doe@affino.example", "Helpful App", connected[0]))
    assert terminal.run_json("app", "end", "Newsroom", "--app", connected[0])["ended"] == 1
    assert live(terminal) == sorted(connected[1:])
    assert terminal.run_refused("app", "end", "Newsroom", "--app", connected[0])["type"] == "not_found"
    assert terminal.run_refused("app", "end", "Newsroom")["type"] == "needs_confirmation"
    assert terminal.run_json("app", "end", "Newsroom", "--yes") == {"profile": "Newsroom", "ended": 2}
    assert terminal.run("app", "list", "--profile", "Newsroom")[0].strip() == "No app is connected."
    assert [row["method"] for row in terminal.world.audit_rows()] == ["end_app"] * 3


def test_a_new_secret_ends_them(terminal: Terminal, connected: list[str]) -> None:
    terminal.run("profile", "regenerate", "Newsroom", "--overlap", "1h", "--yes")
    assert len(live(terminal)) == 3
    said = terminal.run("profile", "regenerate", "Newsroom", code=1)[1]
    assert "3 connected apps must be connected again." in said
    terminal.run("profile", "regenerate", "Newsroom", "--yes")
    world = terminal.world
    assert (
        Grants(world.database, world.settings, world.clock).list_of_profile(
            world.profiles.list_profiles()[0].profile.key
        )
        == []
    )
