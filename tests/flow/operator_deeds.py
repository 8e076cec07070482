"""Operators' deeds in the shell and in the browser, each with the state that it leads to."""

from __future__ import annotations

from tests.flow.operator_stage import OperatorDeed, in_browser, in_shell
from tests.flow.operator_states import (
    FORM,
    HER,
    INVITED,
    JANE,
    NEW_PASSWORD,
    RENAMED,
    all_are_over,
    app_is_registered,
    connect_her_app,
    has_link,
    has_link_alone,
    has_new_password,
    has_new_secret,
    has_sales,
    her_app_is_over,
    is_active,
    is_disabled,
    is_renamed,
    jane_has_link,
    jane_is_there,
    make_section,
    may_read_tasks,
    off,
    on,
    one_is_over,
    overlap_is_over,
    rate_is_600,
    sales_have_no_rights,
    second_is_there,
    sections,
    start_overlap,
    topics,
)

APP = {"name": "Gemini", "redirect": "https://gemini.example/callback"}
PROFILE, PERSON = "/profiles/{key}", "/people/{edith}"


SECTION_FORM = {
    "Channel": "Website",
    "Comments": "open",
    "Open": "on",
    "ReadGroups": "Everybody",
    "WriteGroups": "Editors",
    "PublishGroups": "Publishers",
}
DEEDS = [
    OperatorDeed("shell: topic made", in_shell("topic", "create", "--name", "Boats"), lambda s: "Boats" in topics(s)),
    OperatorDeed(
        "shell: topic off", in_shell("topic", "remove", "Events", "--yes"), lambda s: "Events" not in topics(s)
    ),
    OperatorDeed(
        "shell: group's rights", in_shell("group", "set", "Sales", "--right", "none", "--yes"), sales_have_no_rights
    ),
    OperatorDeed(
        "browser: section made",
        in_browser("/structure/sections/new", "/structure/sections/new", Name="News", **SECTION_FORM),
        lambda s: sections(s) == ["News"],
    ),
    OperatorDeed(
        "browser: section renamed",
        in_browser("/structure/sections/1", "/structure/sections/1", Name="Reports", **SECTION_FORM),
        lambda s: sections(s) == ["Reports"],
        make_section,
    ),
    OperatorDeed(
        "browser: section removed",
        in_browser("/structure/sections/1/remove", "/structure/sections/1/remove"),
        lambda s: sections(s) == [],
        make_section,
    ),
    OperatorDeed(
        "shell: section made", in_shell("section", "create", "--name", "News"), lambda s: sections(s) == ["News"]
    ),
    OperatorDeed(
        "shell: section closed",
        in_shell("section", "set", "News", "--name", "Reports", "--yes"),
        lambda s: sections(s) == ["Reports"],
        make_section,
    ),
    OperatorDeed("browser: profile off", in_browser(f"{PROFILE}/disable", PROFILE), off),
    OperatorDeed(
        "browser: profile on", in_browser(f"{PROFILE}/enable", PROFILE), on, lambda s: s.world.profiles.disable(s.key)
    ),
    OperatorDeed(
        "browser: create", in_browser("/profiles/new", "/profiles/new", **{**FORM, "name": "Second"}), second_is_there
    ),
    OperatorDeed("browser: save", in_browser(f"{PROFILE}/edit", f"{PROFILE}/edit", **FORM), rate_is_600),
    OperatorDeed("browser: regenerate", in_browser(f"{PROFILE}/regenerate", f"{PROFILE}/regenerate"), has_new_secret),
    OperatorDeed("browser: end overlap", in_browser(f"{PROFILE}/end-overlap", PROFILE), overlap_is_over, start_overlap),
    OperatorDeed("browser: person off", in_browser(f"{PERSON}/disable", PERSON), is_disabled),
    OperatorDeed(
        "browser: person on",
        in_browser(f"{PERSON}/enable", PERSON),
        is_active,
        lambda s: s.world.people.disable(s.edith),
    ),
    OperatorDeed("browser: groups", in_browser(f"{PERSON}/groups", PERSON, group=["Sales"]), has_sales),
    OperatorDeed("browser: grant", in_browser(f"{PERSON}/grant", PERSON, right="tasks.read", until=""), may_read_tasks),
    OperatorDeed(
        "browser: revoke",
        in_browser(f"{PERSON}/revoke", PERSON, right="tasks.read"),
        lambda s: not may_read_tasks(s),
        lambda s: s.world.people.change(s.edith, rights={"tasks.read": None}),
    ),
    OperatorDeed("browser: invite", in_browser("/people/new", "/people/new", **INVITED), jane_has_link),
    OperatorDeed("browser: reset", in_browser(f"{PERSON}/reset", f"{PERSON}/reset"), has_link),
    OperatorDeed("browser: reset now", in_browser(f"{PERSON}/reset", f"{PERSON}/reset", end="yes"), has_link_alone),
    OperatorDeed("browser: account", in_browser(f"{PERSON}/account", f"{PERSON}/account", **RENAMED), is_renamed),
    OperatorDeed("browser: end one", in_browser(f"{PERSON}/end-session", PERSON, session="{session}"), one_is_over),
    OperatorDeed("browser: end all", in_browser(f"{PERSON}/end-all", PERSON), all_are_over),
    OperatorDeed("shell: profile off", in_shell("profile", "disable", "Newsroom"), off),
    OperatorDeed(
        "shell: profile on", in_shell("profile", "enable", "Newsroom"), on, lambda s: s.world.profiles.disable(s.key)
    ),
    OperatorDeed("shell: create", in_shell("profile", "create", "--name", "Second"), second_is_there),
    OperatorDeed("shell: save", in_shell("profile", "set", "Newsroom", "--rate", "600"), rate_is_600),
    OperatorDeed("shell: regenerate", in_shell("profile", "regenerate", "Newsroom", "--yes"), has_new_secret),
    OperatorDeed("shell: end overlap", in_shell("profile", "end-overlap", "Newsroom"), overlap_is_over, start_overlap),
    OperatorDeed("shell: person made", in_shell("person", "create", *JANE), jane_is_there),
    OperatorDeed("shell: invite", in_shell("person", "invite", *JANE[:4]), jane_has_link),
    OperatorDeed("shell: reset", in_shell("person", "reset", HER), has_link),
    OperatorDeed("shell: reset now", in_shell("person", "reset", HER, "--end-sessions"), has_link_alone),
    OperatorDeed("shell: person off", in_shell("person", "disable", HER), is_disabled),
    OperatorDeed(
        "shell: person on", in_shell("person", "enable", HER), is_active, lambda s: s.world.people.disable(s.edith)
    ),
    OperatorDeed("shell: groups", in_shell("person", "set", HER, "--group", "Sales"), has_sales),
    OperatorDeed("shell: password", in_shell("person", "set", HER, "--password", NEW_PASSWORD), has_new_password),
    OperatorDeed("shell: end one", in_shell("session", "end", HER, "--session", "{session}"), one_is_over),
    OperatorDeed(
        "shell: app registered", in_shell("app", "add", "Gemini", "--redirect", APP["redirect"]), app_is_registered
    ),
    OperatorDeed("browser: app registered", in_browser("/apps/new", "/apps/new", **APP), app_is_registered),
    OperatorDeed("shell: apps ended", in_shell("app", "end", "Newsroom", "--yes"), her_app_is_over, connect_her_app),
    OperatorDeed(
        "browser: apps ended",
        in_browser(f"{PROFILE}/apps/end", f"{PROFILE}/apps/end"),
        her_app_is_over,
        connect_her_app,
    ),
    OperatorDeed("shell: end all", in_shell("session", "end", HER), all_are_over),
]

BY_ID = {deed.id: deed for deed in DEEDS}
