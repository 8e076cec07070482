"""Registered apps and connected apps in the Control Centre: who may, what is shown once, what each deed ends and logs."""

from __future__ import annotations

from typing import Any

import pytest

from affino_mcp.gate.grants.grants import Grant, Grants
from affino_mcp.gate.grants.oauth_client import ClientProof
from affino_mcp.gate.identity.row_keys import sha256_hex
from affino_mcp.gate.profiles.admission_terms import AdmissionTerms
from affino_mcp.settings import Settings
from tests.unit.control_edge.desk import OperatorBrowser, text_of
from tests.unit.gate.grants.connected import connect_app
from tests.world import EVERYTHING, World

REDIRECT = "https://gemini.example/callback"


@pytest.fixture
def desk() -> OperatorBrowser:
    return OperatorBrowser(World(settings=Settings(public_url="https://mcp.orbital.example"))).operator()


class Staff:
    """Two people of Sales with apps on one profile."""

    def __init__(self, desk: OperatorBrowser) -> None:
        self.desk, world = desk, desk.world
        self.profile = world.profiles.create("Sales Agent", EVERYTHING, terms=AdmissionTerms(connectable=("Sales",)))
        self.edith, self.mara = (
            world.create_person(*name, "Sales") for name in (("Edith", "Moreau"), ("Mara", "Lind"))
        )
        self.grants = Grants(world.database, world.settings, world.clock)
        self.path = f"/profiles/{self.profile.key}/apps"

    def connect(self, person: int, **changed: Any) -> Grant:
        world = self.desk.world
        return connect_app(
            world.database, world.secrets, world.settings, world.clock, self.profile.key, person, **changed
        )

    def live(self) -> set[str]:
        return {grant.fingerprint for grant in self.grants.list_of_profile(self.profile.key)}

    def deeds(self) -> list[tuple[str, int, str]]:
        return [(row["method"], row["status"], row["profile_name"]) for row in self.desk.operator_rows()]


@pytest.fixture
def staff(desk: OperatorBrowser) -> Staff:
    return Staff(desk)


def test_apps_are_listed_by_person_and_ended_after_a_question(staff: Staff) -> None:
    desk, ended, kept = staff.desk, staff.connect(staff.edith), staff.connect(staff.mara, declined="contacts:write")
    listed = text_of(desk.get(staff.path))
    for part in (
        "Edith Moreau",
        "Mara Lind",
        "app.example",
        "Helpful App",
        ended.fingerprint,
        "all families but Contacts",
    ):
        assert part in listed, part
    question = desk.get(f"{staff.path}/end", app=ended.fingerprint)
    assert "Edith Moreau" in text_of(question)
    assert len(staff.live()) == 2
    done = desk.send(f"{staff.path}/end", question)
    assert "next call is refused" in text_of(desk.get(done.headers["location"].removeprefix("/control")))
    assert staff.live() == {kept.fingerprint}
    assert staff.deeds() == [("end_app", 200, "Sales Agent")]
    before = desk.operator_rows()[-1]["arguments"]["before"]
    assert (before["app"], before["client_id"], before["user_code"]) == (
        ended.fingerprint,
        ended.client_id,
        staff.edith,
    )
    assert desk.send(f"{staff.path}/end", question).headers["location"].endswith("?done=over")
    assert desk.get(f"{staff.path}/end", app=ended.fingerprint).status_code == 404


def test_all_are_ended_at_once(staff: Staff) -> None:
    for person in (staff.edith, staff.edith, staff.mara):
        staff.connect(person)
    question = staff.desk.get(f"{staff.path}/end")
    assert "3 apps must be connected again" in text_of(question)
    assert staff.desk.send(f"{staff.path}/end", question).headers["location"].endswith("?done=all")
    assert (staff.live(), staff.deeds()) == (set(), [("end_app", 200, "Sales Agent")] * 3)


def test_a_new_secret_ends_them_and_says_so_before(staff: Staff) -> None:
    staff.connect(staff.edith)
    page = staff.desk.get(f"/profiles/{staff.profile.key}/regenerate")
    assert "1 connected app must be connected again by its person" in text_of(page)
    assert staff.desk.send(f"/profiles/{staff.profile.key}/regenerate", page, overlap="1h").status_code == 200
    assert len(staff.live()) == 1
    page = staff.desk.get(f"/profiles/{staff.profile.key}/regenerate")
    assert staff.desk.send(f"/profiles/{staff.profile.key}/regenerate", page).status_code == 200
    assert staff.live() == set()


def test_registering_shows_the_secret_once(desk: OperatorBrowser) -> None:
    assert "Registered apps" in text_of(desk.get("/profiles"))
    page = desk.get("/apps/new")
    made = desk.send("/apps/new", page, name=" Gemini ", redirect=f"{REDIRECT}\r\ncursor://x/cb\n")
    (row,) = [row for row in desk.world.database.list_rows(desk.world.settings.gate_table) if row["pk"] == "CLIENTS"]
    secret = text_of(made).partition("Client secret ")[2][:40]
    assert (sha256_hex(secret), row["name"], row["redirect_uris"]) == (
        row["secret"],
        "Gemini",
        [REDIRECT, "cursor://x/cb"],
    )
    assert row["sk"] in made.text
    assert "https://mcp.orbital.example/oauth/mcp" in made.text
    listed = desk.get("/apps")
    assert (row["sk"] in listed.text, secret in listed.text) == (True, False)
    logged = desk.operator_rows()[-1]
    assert (logged["method"], logged["status"], logged["arguments"]["after"]["name"]) == ("add_app", 200, "Gemini")
    assert secret not in str(desk.world.audit_rows())


@pytest.mark.parametrize(
    ("name", "redirect", "said"),
    [
        ("", REDIRECT, "1 to 100 characters"),
        ("x" * 101, REDIRECT, "1 to 100 characters"),
        ("a\x00b", REDIRECT, "name"),
        ("Gemini", "", "1 to 20 redirect URIs"),
        ("Gemini", "\n".join(f"{REDIRECT}/{n}" for n in range(21)), "1 to 20 redirect URIs"),
        ("Gemini", "http://gemini.example/", "must be https"),
        ("Gemini", "javascript:alert(1)", "must be https"),
        ("Gemini", f"{REDIRECT}#x", "must be https"),
    ],
)
def test_what_cannot_be_registered(desk: OperatorBrowser, name: str, redirect: str, said: str) -> None:
    refused = desk.send("/apps/new", desk.get("/apps/new"), name=name, redirect=redirect)
    assert (refused.status_code, said in text_of(refused)) == (400, True)
    assert desk.operator_rows() == []
    assert "No app is registered" in text_of(desk.get("/apps"))


def test_removing_ends_what_people_connected_with_it(staff: Staff) -> None:
    desk = staff.desk
    desk.send("/apps/new", desk.get("/apps/new"), name="Gemini", redirect=REDIRECT, public="yes")
    client = desk.get("/apps").text.partition("/apps/app_")[2][:24]
    kept = staff.connect(staff.edith)
    staff.connect(staff.mara, client_id=f"app_{client}", host="", proof=ClientProof.NONE)
    question = desk.get(f"/apps/app_{client}/remove")
    assert "Remove Gemini?" in text_of(question)
    done = desk.send(f"/apps/app_{client}/remove", question)
    assert "is ended" in text_of(desk.get(done.headers["location"].removeprefix("/control")))
    assert staff.live() == {kept.fingerprint}
    assert [deed for deed, *_ in staff.deeds()] == ["add_app", "remove_app", "end_app"]
    assert desk.send(f"/apps/app_{client}/remove", question).status_code == 404


def test_no_operator_no_apps(staff: Staff) -> None:
    grant = staff.connect(staff.edith)
    stranger = OperatorBrowser(staff.desk.world)
    stranger.person("Sam", "Stone", "Sales")
    stranger.sign_in("sam.stone@affino.example")
    for path in (staff.path, f"{staff.path}/end", "/apps", "/apps/new", "/apps/app_x/remove"):
        assert stranger.get(path).status_code == 403
        assert stranger.browser.post(f"/control{path}", data={"app": grant.fingerprint}).status_code in {403, 404}
    assert staff.live() == {grant.fingerprint}
