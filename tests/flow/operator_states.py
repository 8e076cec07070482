"""States of a stage that operators' deeds begin in or lead to: each function says whether it is so, or makes it so."""

from __future__ import annotations

from datetime import timedelta

from affino_mcp import wiring
from affino_mcp.gate.identity import row_keys
from affino_mcp.gate.identity.security_groups import read_security_groups
from affino_mcp.gate.people.passwords import Passwords
from affino_mcp.gate.profiles.admission_terms import AdmissionTerms
from affino_mcp.instance.builtin.website import operator_records
from affino_mcp.instance.builtin.website.website_records import upsert_section
from tests.flow.operator_stage import Stage
from tests.unit.gate.grants.connected import connect_app

HER, NEW_PASSWORD = "edith.moreau@affino.example", "another fine horse"
JANE = ("--name", "Jane Doe", "--email", "jane@orbital.example", "--password", NEW_PASSWORD)
FORM = {"name": "Newsroom", "rate": "600", "burst": "", "notes": "", "grid": ["articles.read", "articles.write"]}
INVITED = {"name": "Jane Doe", "email": "jane@orbital.example", "group": "Sales"}
RENAMED = {"name": "Edith Roe", "email": "roe@orbital.example"}


def app_is_registered(stage: Stage) -> bool:
    settings = stage.world.settings
    return any(row["pk"] == "CLIENTS" for row in stage.world.database.list_rows(settings.gate_table))


def connect_her_app(stage: Stage) -> None:
    """Edith connects an app to Newsroom, which is opened to Publishers."""
    world = stage.world
    world.profiles.change(stage.key, terms=AdmissionTerms(connectable=("Publishers",)))
    connect_app(world.database, world.secrets, world.settings, world.clock, stage.key, stage.edith)


def her_app_is_over(stage: Stage) -> bool:
    rows = stage.world.database.list_rows(stage.world.settings.gate_table)
    return all("revoked" in row for row in rows if row["sk"] == "GRANT")


def off(stage: Stage) -> bool:
    return stage.profile_row["enabled"] is False


def on(stage: Stage) -> bool:
    return stage.profile_row["enabled"] is True


def second_is_there(stage: Stage) -> bool:
    return bool(stage.gate_row(row_keys.profile_name_key("second")))


def rate_is_600(stage: Stage) -> bool:
    return stage.world.profiles.get(stage.key).profile.rate == 600


def has_new_secret(stage: Stage) -> bool:
    return stage.world.profiles.get(stage.key).profile.former is not None


def start_overlap(stage: Stage) -> None:
    stage.world.profiles.regenerate_secret(stage.key, overlap=timedelta(hours=24))


def overlap_is_over(stage: Stage) -> bool:
    former = stage.world.profiles.get(stage.key).profile.former
    return former is not None and not former.is_accepted(stage.world.clock())


def is_disabled(stage: Stage) -> bool:
    return stage.person_row["active"] is False


def is_active(stage: Stage) -> bool:
    return stage.person_row["active"] is True


def has_sales(stage: Stage) -> bool:
    return "Sales" in stage.person_row["groups"]


def may_read_tasks(stage: Stage) -> bool:
    return "tasks.read" in stage.person_row["rights"]


def one_is_over(stage: Stage) -> bool:
    assert stage.is_live(1)
    return not stage.is_live(0)


def all_are_over(stage: Stage) -> bool:
    assert stage.is_live(0) is stage.is_live(1)
    return not stage.is_live(0)


def has_new_password(stage: Stage) -> bool:
    found = stage.has_password(stage.edith, NEW_PASSWORD)
    assert found is all_are_over(stage)
    return found


def jane_is_there(stage: Stage) -> bool:
    row = stage.gate_row(row_keys.email_key("jane@orbital.example"))
    return bool(row) and Passwords(stage.world.database, stage.world.settings).is_password(
        row["user_code"], NEW_PASSWORD
    )


def jane_has_link(stage: Stage) -> bool:
    row = stage.gate_row(row_keys.email_key("jane@orbital.example"))
    return bool(row) and bool(stage.gate_row(row_keys.password_link_key(row["user_code"])))


def has_link(stage: Stage) -> bool:
    return bool(stage.gate_row(row_keys.password_link_key(stage.edith)))


def has_link_alone(stage: Stage) -> bool:
    assert has_link(stage) is all_are_over(stage)
    return has_link(stage)


def is_renamed(stage: Stage) -> bool:
    places = [row_keys.email_key(email) for email in (HER, RENAMED["email"])]
    assert [bool(stage.gate_row(place)) for place in places].count(True) == 1
    return stage.person_row["name"] == RENAMED["name"] and bool(stage.gate_row(places[1]))


def sections(stage: Stage) -> list[str]:
    found = operator_records.list_operator_records(stage.world.records, "sections")
    return [str(section.values["Name"]) for section in found]


def make_section(stage: Stage) -> None:
    records, at = stage.world.records, stage.world.clock()
    upsert_section(records, "News", at, read=["Everybody"], write=["Editors"], publish=["Publishers"])


def topics(stage: Stage) -> list[str]:
    items = wiring.build_operator_ports(stage.world.stores, stage.world.settings).structure_keeper.list_items("topics")
    return [str(item.values["Name"]) for item in items if item.values["Active"]]


def sales_have_no_rights(stage: Stage) -> bool:
    groups = read_security_groups(stage.world.database, stage.world.settings.gate_table)
    return not groups.rights["Sales"]
