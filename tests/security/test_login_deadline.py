"""Every path of the login function works to the deadline of its invocation, and ends with an answer of its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from affino_mcp import wiring
from affino_mcp.deadline import seconds_left
from affino_mcp.http.api_gateway import AsgiLambdaHandler
from affino_mcp.settings import Settings
from tests.security.figures import Figures
from tests.security.login_calls import CALLS, LoginCall
from tests.security.login_stage import LoginStage


@dataclass(frozen=True)
class LambdaContext:
    """The part of Lambda's context that says how long the function may still run."""

    milliseconds: int

    def get_remaining_time_in_millis(self) -> int:
        """As Lambda's."""
        return self.milliseconds


@dataclass
class DeadlineDatabase:
    """Passes everything on; `seen` are the seconds that were left at each call."""

    inner: Any
    seen: list[float] = field(default_factory=list)

    def __getattr__(self, name: str) -> Any:
        self.seen.append(seconds_left())
        return getattr(self.inner, name)


@pytest.fixture
def stage() -> Iterator[LoginStage]:
    stage = LoginStage()
    yield stage
    stage.close()


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_every_store_call_knows_the_deadline(stage: LoginStage, call: LoginCall, figures: Figures) -> None:
    event = call.prepare(stage)()
    stage.db.inner = watched = DeadlineDatabase(stage.db.inner)
    assert stage.send(event, LambdaContext(15_000)).status == call.status
    assert len(watched.seen) >= len(call.store.split())
    assert set(watched.seen) == {15.0}
    figures.record("login calls with a deadline", tried=1, of=len(CALLS))


def test_an_invocation_without_time_asks_no_store_and_is_answered(
    stage: LoginStage, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = Settings(aws_endpoint="http://127.0.0.1:9")
    handler = AsgiLambdaHandler(wiring.build_login_function(settings, clock=stage.world.clock), settings.stage)
    answer = handler(stage.log_in(), LambdaContext(2_000))
    handler.close()
    assert (answer["statusCode"], answer["headers"]["retry-after"]) == (503, "1")
    assert '"error":"deadline"' in capsys.readouterr().out
