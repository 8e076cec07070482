"""Operators' deeds before stores that fail: what is told, the rows and the state agree, at every store call of every deed.

One trial is one deed with one fault at one of its store calls, or with an outage that begins there. After it housekeeping
runs, and what was sent and vanished arrives late.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from functools import cache

import pytest

from affino_mcp import wiring
from affino_mcp.gate.identity import row_keys
from affino_mcp.gate.identity.security_groups import read_security_groups
from affino_mcp.gate.people.passwords import Passwords
from affino_mcp.instance.builtin.website import operator_records
from affino_mcp.instance.builtin.website.website_records import upsert_section
from affino_mcp.store.testing.faulty_database import StoreFault
from tests.flow.operator_stage import OperatorDeed, Stage, find_untruths, in_browser, in_shell

HER, NEW_PASSWORD = "edith.moreau@affino.example", "another fine horse"
JANE = ("--name", "Jane Doe", "--email", "jane@orbital.example", "--password", NEW_PASSWORD)
FORM = {"name": "Newsroom", "rate": "600", "burst": "", "notes": "", "grid": ["articles.read", "articles.write"]}
PROFILE, PERSON = "/profiles/{key}", "/people/{edith}"


@cache
def stage() -> Stage:
    return Stage()


def _off(stage: Stage) -> bool:
    return stage.profile_row["enabled"] is False


def _on(stage: Stage) -> bool:
    return stage.profile_row["enabled"] is True


def _second_is_there(stage: Stage) -> bool:
    return bool(stage.gate_row(row_keys.profile_name_key("second")))


def _rate_is_600(stage: Stage) -> bool:
    return stage.world.profiles.get(stage.key).profile.rate == 600


def _has_new_secret(stage: Stage) -> bool:
    return stage.world.profiles.get(stage.key).profile.former is not None


def _start_overlap(stage: Stage) -> None:
    stage.world.profiles.regenerate_secret(stage.key, overlap=timedelta(hours=24))


def _overlap_is_over(stage: Stage) -> bool:
    former = stage.world.profiles.get(stage.key).profile.former
    return former is not None and not former.is_accepted(stage.world.clock())


def _is_disabled(stage: Stage) -> bool:
    return stage.person_row["active"] is False


def _is_active(stage: Stage) -> bool:
    return stage.person_row["active"] is True


def _has_sales(stage: Stage) -> bool:
    return "Sales" in stage.person_row["groups"]


def _may_read_tasks(stage: Stage) -> bool:
    return "tasks.read" in stage.person_row["rights"]


def _one_is_over(stage: Stage) -> bool:
    assert stage.is_live(1)
    return not stage.is_live(0)


def _all_are_over(stage: Stage) -> bool:
    assert stage.is_live(0) is stage.is_live(1)
    return not stage.is_live(0)


def _has_new_password(stage: Stage) -> bool:
    found = stage.has_password(stage.edith, NEW_PASSWORD)
    assert found is _all_are_over(stage)
    return found


def _jane_is_there(stage: Stage) -> bool:
    row = stage.gate_row(row_keys.email_key("jane@orbital.example"))
    return bool(row) and Passwords(stage.world.database, stage.world.settings).is_password(
        row["user_code"], NEW_PASSWORD
    )


def _sections(stage: Stage) -> list[str]:
    found = operator_records.list_operator_records(stage.world.records, "sections")
    return [str(section.values["Name"]) for section in found]


def _make_section(stage: Stage) -> None:
    records, at = stage.world.records, stage.world.clock()
    upsert_section(records, "News", at, read=["Everybody"], write=["Editors"], publish=["Publishers"])


def _topics(stage: Stage) -> list[str]:
    items = wiring.build_structure_keeper(stage.world.stores, stage.world.settings).list_items("topics")
    return [str(item.values["Name"]) for item in items if item.values["Active"]]


def _sales_have_no_rights(stage: Stage) -> bool:
    groups = read_security_groups(stage.world.database, stage.world.settings.gate_table)
    return not groups.rights["Sales"]


SECTION_FORM = {
    "Channel": "Website",
    "Comments": "open",
    "Open": "on",
    "ReadGroups": "Everybody",
    "WriteGroups": "Editors",
    "PublishGroups": "Publishers",
}
DEEDS = [
    OperatorDeed("shell: topic made", in_shell("topic", "create", "--name", "Boats"), lambda s: "Boats" in _topics(s)),
    OperatorDeed(
        "shell: topic off", in_shell("topic", "remove", "Events", "--yes"), lambda s: "Events" not in _topics(s)
    ),
    OperatorDeed(
        "shell: group's rights", in_shell("group", "set", "Sales", "--right", "none", "--yes"), _sales_have_no_rights
    ),
    OperatorDeed(
        "browser: section made",
        in_browser("/structure/sections/new", "/structure/sections/new", Name="News", **SECTION_FORM),
        lambda s: _sections(s) == ["News"],
    ),
    OperatorDeed(
        "browser: section renamed",
        in_browser("/structure/sections/1", "/structure/sections/1", Name="Reports", **SECTION_FORM),
        lambda s: _sections(s) == ["Reports"],
        _make_section,
    ),
    OperatorDeed(
        "browser: section removed",
        in_browser("/structure/sections/1/remove", "/structure/sections/1/remove"),
        lambda s: _sections(s) == [],
        _make_section,
    ),
    OperatorDeed(
        "shell: section made", in_shell("section", "create", "--name", "News"), lambda s: _sections(s) == ["News"]
    ),
    OperatorDeed(
        "shell: section closed",
        in_shell("section", "set", "News", "--name", "Reports", "--yes"),
        lambda s: _sections(s) == ["Reports"],
        _make_section,
    ),
    OperatorDeed("browser: profile off", in_browser(f"{PROFILE}/disable", PROFILE), _off),
    OperatorDeed(
        "browser: profile on", in_browser(f"{PROFILE}/enable", PROFILE), _on, lambda s: s.world.profiles.disable(s.key)
    ),
    OperatorDeed(
        "browser: create", in_browser("/profiles/new", "/profiles/new", **{**FORM, "name": "Second"}), _second_is_there
    ),
    OperatorDeed("browser: save", in_browser(f"{PROFILE}/edit", f"{PROFILE}/edit", **FORM), _rate_is_600),
    OperatorDeed("browser: regenerate", in_browser(f"{PROFILE}/regenerate", f"{PROFILE}/regenerate"), _has_new_secret),
    OperatorDeed(
        "browser: end overlap", in_browser(f"{PROFILE}/end-overlap", PROFILE), _overlap_is_over, _start_overlap
    ),
    OperatorDeed("browser: person off", in_browser(f"{PERSON}/disable", PERSON), _is_disabled),
    OperatorDeed(
        "browser: person on",
        in_browser(f"{PERSON}/enable", PERSON),
        _is_active,
        lambda s: s.world.people.disable(s.edith),
    ),
    OperatorDeed("browser: groups", in_browser(f"{PERSON}/groups", PERSON, group=["Sales"]), _has_sales),
    OperatorDeed(
        "browser: grant", in_browser(f"{PERSON}/grant", PERSON, right="tasks.read", until=""), _may_read_tasks
    ),
    OperatorDeed(
        "browser: revoke",
        in_browser(f"{PERSON}/revoke", PERSON, right="tasks.read"),
        lambda s: not _may_read_tasks(s),
        lambda s: s.world.people.change(s.edith, rights={"tasks.read": None}),
    ),
    OperatorDeed("browser: end one", in_browser(f"{PERSON}/end-session", PERSON, session="{session}"), _one_is_over),
    OperatorDeed("browser: end all", in_browser(f"{PERSON}/end-all", PERSON), _all_are_over),
    OperatorDeed("shell: profile off", in_shell("profile", "disable", "Newsroom"), _off),
    OperatorDeed(
        "shell: profile on", in_shell("profile", "enable", "Newsroom"), _on, lambda s: s.world.profiles.disable(s.key)
    ),
    OperatorDeed("shell: create", in_shell("profile", "create", "--name", "Second"), _second_is_there),
    OperatorDeed("shell: save", in_shell("profile", "set", "Newsroom", "--rate", "600"), _rate_is_600),
    OperatorDeed("shell: regenerate", in_shell("profile", "regenerate", "Newsroom", "--yes"), _has_new_secret),
    OperatorDeed(
        "shell: end overlap", in_shell("profile", "end-overlap", "Newsroom"), _overlap_is_over, _start_overlap
    ),
    OperatorDeed("shell: person made", in_shell("person", "create", *JANE), _jane_is_there),
    OperatorDeed("shell: person off", in_shell("person", "disable", HER), _is_disabled),
    OperatorDeed(
        "shell: person on", in_shell("person", "enable", HER), _is_active, lambda s: s.world.people.disable(s.edith)
    ),
    OperatorDeed("shell: groups", in_shell("person", "set", HER, "--group", "Sales"), _has_sales),
    OperatorDeed("shell: password", in_shell("person", "set", HER, "--password", NEW_PASSWORD), _has_new_password),
    OperatorDeed("shell: end one", in_shell("session", "end", HER, "--session", "{session}"), _one_is_over),
    OperatorDeed("shell: end all", in_shell("session", "end", HER), _all_are_over),
]
BY_ID = {deed.id: deed for deed in DEEDS}


def count_calls(deed: OperatorDeed) -> tuple[int, int]:
    """The store calls and the secret store's calls of a deed without a fault."""
    with stage().restored():
        deed.prepare(stage())
        attempt = deed.make_ready(stage())
        stage().arm({}, {})
        assert attempt() == "done"
        counted = len(stage().faulty.calls), len(stage().secrets.calls)
        assert not find_untruths(stage(), deed, "done")
    return counted


def run_trials(deed: OperatorDeed, fault: StoreFault, *, lasting: bool) -> Iterator[tuple[str, int, str, list[str]]]:
    """Yields store, number of the call, what was told, and the untruths of each trial."""
    for store, calls in zip(("database", "secrets"), count_calls(deed), strict=True):
        for number in range(calls):
            with stage().restored():
                deed.prepare(stage())
                attempt = deed.make_ready(stage())
                planned = {number: fault}
                stage().arm(
                    planned if store == "database" else {}, planned if store == "secrets" else {}, lasting=lasting
                )
                told = attempt()
                yield store, number, told, find_untruths(stage(), deed, told)


@pytest.mark.parametrize("fault", StoreFault)
@pytest.mark.parametrize("deed", BY_ID)
def test_one_fault_at_each_store_call(deed: str, fault: StoreFault) -> None:
    trials = list(run_trials(BY_ID[deed], fault, lasting=False))
    assert not [trial for trial in trials if trial[3]]
    if fault is StoreFault.RESEND:
        assert {told for _, _, told, _ in trials} == {"done"}


@pytest.mark.parametrize("fault", [StoreFault.BEFORE, StoreFault.LOST, StoreFault.VANISHED])
@pytest.mark.parametrize("deed", BY_ID)
def test_an_outage_from_each_store_call_on(deed: str, fault: StoreFault) -> None:
    assert not [trial for trial in run_trials(BY_ID[deed], fault, lasting=True) if trial[3]]


def test_the_trials_are_many() -> None:
    calls = [sum(count_calls(deed)) for deed in DEEDS]
    assert min(calls) >= 2
    assert sum(calls) * len(StoreFault) >= 500
