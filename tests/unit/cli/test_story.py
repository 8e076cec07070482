"""An operator's whole work from a shell, against the service's real endpoints in memory."""

from __future__ import annotations

import json
from typing import Any

from tests.unit.cli.conftest import PASSWORD, Terminal

HER = ["jane@orbital.example", "--password", PASSWORD]
NAME = "Content Editor Agent"


def tried(terminal: Terminal, code: int = 0) -> list[str]:
    terminal.world.clock.move(seconds=1)  # a signature is good for one use
    out, _ = terminal.run("test", NAME, "--email", *HER, "--method", "list_articles", "--json", code=code)
    return [lamp["tone"] for lamp in json.loads(out)["lamps"]]


def greeted(terminal: Terminal, code: int = 0) -> list[dict[str, Any]]:
    terminal.world.clock.move(seconds=1)
    words = ["connect", "claude-code", "--profile", NAME, "--person", *HER, "--verify", "--json"]
    found: list[dict[str, Any]] = json.loads(terminal.run(*words, code=code)[0])["handshake"]
    return found


def test_from_making_a_profile_to_switching_it_off(served: Terminal) -> None:
    families = ["--family", "articles=read,write", "--family", "media_items=read,write"]
    secret = served.run_json("profile", "create", "--name", NAME, *families)["secret"]
    assert tried(served) == ["green"] * 3
    whole = greeted(served)
    assert all(one["ok"] for one in whole)
    assert [row["person"] for row in served.run_json("log", "--profile", NAME, "--method", "list_articles")] == [
        "Jane Doe"
    ]

    lost = served.run_json("whatif", NAME, "--family", "articles=off")["refused"]
    assert [one["method"] for one in lost] == ["list_articles"]
    served.run("profile", "set", NAME, "--family", "articles=off")
    assert tried(served, code=1) == ["green", "green", "red"]
    assert greeted(served)[0]["tools"] < whole[0]["tools"]

    assert served.run_json("profile", "regenerate", NAME, "--yes")["secret"] != secret
    served.run("profile", "disable", NAME)
    assert tried(served, code=1)[0] == "red"
    rows = served.run_json("log", "--profile", NAME, "--outcome", "ok")
    deeds = [row["method"] for row in rows if row["channel"] == "control"]
    changes = ["disable_profile", "regenerate_profile", "change_profile", "create_profile"]
    assert [deed for deed in deeds if deed != "run_test"] == changes
    assert deeds.count("run_test") == 3
