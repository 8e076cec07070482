"""In a storm of an app's calls on many processes, none that begins after its grant was ended is carried out."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.oauth_stage import OAuthStage
from tests.security.figures import Figures, storm_size
from tests.security.storm import call_in_a_storm
from tests.world import WorldClient

PROCESSES = 8
EACH = storm_size(48, 1_000) // PROCESSES
"""Calls of each process around the end, and as many after it."""
CALL = {"jsonrpc": "2.0", "id": 7, "method": "tools/call", "params": {"name": "get_current_user", "arguments": {}}}


class StormStage(OAuthStage):
    """An app that calls on many processes, each from a thread of its own."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.tokens = self.connect()
        headers = {"Authorization": f"Bearer {self.tokens['access_token']}"}
        self.handlers = [self.world.new_handler() for _ in range(PROCESSES)]
        self.callers = [WorldClient(self.world, handler, headers) for handler in self.handlers]

    def call(self, number: int) -> int:
        """Calls on one process; gives the status."""
        return self.callers[number].send(CALL, path="/oauth/mcp").status


@pytest.fixture
def storm() -> Iterator[StormStage]:
    made = StormStage()
    yield made
    for handler in made.handlers:
        handler.close()


Deed = Callable[[StormStage], object]
DEEDS: dict[str, tuple[Deed, int]] = {
    "app ended": (lambda s: s.grants.end(s.grant().grant), 401),
    "app gives its grant back": (lambda s: s.revoke(s.tokens["refresh_token"]), 401),
    "profile off": (lambda s: s.world.profiles.disable(s.profile.key), 403),
    "person off": (lambda s: s.world.people.disable(s.edith), 401),
}


@pytest.mark.parametrize(("deed", "status"), DEEDS.values(), ids=DEEDS)
def test_no_call_of_an_app_slips_by(
    storm: StormStage, figures: Figures, request: pytest.FixtureRequest, deed: Deed, status: int
) -> None:
    results = call_in_a_storm(PROCESSES, EACH, lambda number, _: storm.call(number), lambda: deed(storm))
    assert {answer for _, answer in results} <= {200, status}
    assert {answer for began_after, answer in results if began_after} == {status}
    assert 200 in {answer for _, answer in results}
    figures.record(f"calls of an app that began after its end: {request.node.callspec.id}", tried=EACH * PROCESSES)
