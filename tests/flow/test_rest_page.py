"""The first signed call of the page on the REST API, in Python and in shell, as it is printed there."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from affino_mcp import wiring
from affino_mcp.gate.people.passwords import Passwords
from affino_mcp.local.serve import EdgesByPath
from tests.clients.loopback import serving
from tests.clock import TestClock
from tests.world import World

PAGE = (Path(__file__).parents[2] / "docs" / "rest.md").read_text(encoding="utf-8")
PASSWORD = "correct horse battery"


@pytest.fixture(scope="module")
def settings() -> Iterator[dict[str, str]]:
    """The values that the page's reader has, of a service on loopback."""
    world = World(clock=TestClock(datetime.now(UTC)))
    code = world.create_person("Sam", "Manager", "Sales Managers")
    Passwords(world.database, world.settings).set_password(code, PASSWORD)
    profile = world.create_profile(rest=True)
    edges = [
        build(world.settings, world.stores, world.clock) for build in (wiring.build_login_app, wiring.build_rest_app)
    ]
    with serving(EdgesByPath(edges[0], *edges)) as url:
        mine = {"KEY": profile.key, "SECRET": profile.secret, "EMAIL": "sam.manager@affino.example"}
        yield {"BASE": url, "PASSWORD": PASSWORD, **mine}


def printed(language: str) -> str:
    found = re.search(rf"<!-- {language} -->\n```\w+\n(.*?)```", PAGE, re.DOTALL)
    assert found
    return found[1]


def test_the_first_call_in_python(settings: dict[str, str]) -> None:
    given = "".join(f"{name} = {value!r}\n" for name, value in settings.items())
    done = subprocess.run(
        [sys.executable, "-c", given + printed("python")], capture_output=True, text=True, check=False
    )
    assert "'AccountCode': 1" in done.stdout, done.stdout + done.stderr


def test_the_first_call_in_shell(settings: dict[str, str]) -> None:
    command = ["sh", "-c", printed("shell")]
    done = subprocess.run(
        command, env={"PATH": "/usr/bin:/bin", **settings}, capture_output=True, text=True, check=False
    )
    assert '"Name":"Orbital Labs"' in done.stdout, done.stdout + done.stderr
