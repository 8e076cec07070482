"""The guard counts where a guess really came from and whom it was for, whatever headers and spellings say."""

from __future__ import annotations

import pytest

from affino_mcp.gate.abuse.login_guard import MAX_CONSECUTIVE_FAILURES
from affino_mcp.gate.profiles.profile import Profile
from tests.security.figures import Figures
from tests.unit.login_edge.desk import Desk, content

GUESSES = 11
HEADERS = {
    "X-Forwarded-For": "203.0.113.{0}",
    "X-Forwarded-For, several": "203.0.113.{0}, 198.51.100.{0}",
    "X-Forwarded-For, IPv6": "2001:db8::{0}",
    "X-Forwarded-For, with a port": "203.0.113.{0}:443",
    "X-Real-IP": "203.0.113.{0}",
    "X-Client-IP": "203.0.113.{0}",
    "X-Cluster-Client-IP": "203.0.113.{0}",
    "X-Remote-IP": "203.0.113.{0}",
    "X-Remote-Addr": "203.0.113.{0}",
    "X-Originating-IP": "203.0.113.{0}",
    "X-Forwarded": "for=203.0.113.{0}",
    "Forwarded": "for=203.0.113.{0};proto=https",
    "Forwarded-For": "203.0.113.{0}",
    "True-Client-IP": "203.0.113.{0}",
    "CF-Connecting-IP": "203.0.113.{0}",
    "Fastly-Client-IP": "203.0.113.{0}",
    "CloudFront-Viewer-Address": "203.0.113.{0}:46532",
    "X-Azure-ClientIP": "203.0.113.{0}",
    "Via": "1.1 203.0.113.{0}",
}


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("name", HEADERS)
def test_no_header_says_where_a_guess_came_from(desk: Desk, profile: Profile, figures: Figures, name: str) -> None:
    statuses, body = [], content(password="wrong horse")
    for number in range(GUESSES):
        desk.world.clock.move(microseconds=1000)
        header = name.partition(",")[0].lower().encode()
        given = [*desk.signed(profile, body), (header, HEADERS[name].format(number).encode())]
        statuses.append(desk.send(given, body).status)
    assert statuses == [401] * 10 + [429]
    figures.record("headers that forge a source", tried=1, of=len(HEADERS))


SPELLINGS = (
    "person7@orbital.example",
    "PERSON7@ORBITAL.EXAMPLE",
    " person7@orbital.example",
    "person7@orbital.example\t",
    "Person7@Orbital.Example",
    "\uff50erson7@orbital.example",
    "person7\u200b@orbital.example",
    "person7@orbital.example\u00a0",
)


@pytest.mark.usefixtures("quick")
def test_no_spelling_gives_more_guesses(desk: Desk, profile: Profile, figures: Figures) -> None:
    """From one source, and from many: all spellings of an address are one account, or nobody's."""
    found = [
        desk.login(profile, "wrong horse", SPELLINGS[number % len(SPELLINGS)], f"203.0.{number}.9").status
        for number in range(MAX_CONSECUTIVE_FAILURES + len(SPELLINGS))
    ]
    nearby = [desk.login(profile, "wrong horse", email).status for email in SPELLINGS * 2]
    assert found.count(401) <= MAX_CONSECUTIVE_FAILURES
    assert nearby.count(401) <= 10
    assert set(found) | set(nearby) <= {400, 401, 429}
    figures.record("spellings of an address", tried=len(SPELLINGS))
