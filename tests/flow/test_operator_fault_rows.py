"""Several faults in a row from an operator's transaction on: what is told, the rows and the state agree all the same."""

from __future__ import annotations

from itertools import product

import pytest

from affino_mcp.store.testing.faulty_database import StoreFault
from affino_mcp.store.testing.faulty_secrets import FaultySecretStore
from tests.flow.operator_deeds import BY_ID
from tests.flow.operator_stage import DONE, NOT_DONE, Stage, find_untruths
from tests.flow.test_operator_faults import stage

FAULTS = (None, StoreFault.BEFORE, StoreFault.LOST, StoreFault.VANISHED)


def transaction_numbers(deed: str) -> list[int]:
    """The numbers of a deed's transactions among its store calls."""
    with stage().restored():
        BY_ID[deed].prepare(stage())
        attempt = BY_ID[deed].make_ready(stage())
        stage().arm({}, {})
        assert attempt() == DONE
        return [number for number, (method, _) in enumerate(stage().faulty.calls) if method == "transact"]


@pytest.mark.parametrize("first", FAULTS[1:])
@pytest.mark.parametrize(
    ("deed", "transaction", "length"),
    [
        pytest.param("browser: profile off", 0, 4, id="stops"),
        pytest.param("shell: end all", 0, 4, id="stops all"),
        pytest.param("browser: groups", 0, 3, id="one transaction"),
        pytest.param("shell: regenerate", 0, 3, id="begins"),
        pytest.param("shell: regenerate", 1, 3, id="begun"),
        pytest.param("shell: password", 0, 3, id="three tables"),
    ],
)
def test_faults_in_a_row(deed: str, transaction: int, length: int, first: StoreFault) -> None:
    begins, wrong = transaction_numbers(deed)[transaction], []
    for rest in product(FAULTS, repeat=length - 1):
        with stage().restored():
            BY_ID[deed].prepare(stage())
            attempt = BY_ID[deed].make_ready(stage())
            plan = {begins + place: fault for place, fault in enumerate((first, *rest)) if fault}
            stage().arm(plan, {})
            told = attempt()
            untruths = find_untruths(stage(), BY_ID[deed], told)
            wrong += [(plan, told, untruths)] if untruths else []
    assert not wrong


def test_a_passing_fault_of_what_stops_leaves_no_mark() -> None:
    deed = "browser: profile off"
    with stage().restored():
        (transaction,) = transaction_numbers(deed)
        attempt = BY_ID[deed].make_ready(stage())
        stage().arm({transaction: StoreFault.BEFORE}, {})
        assert attempt() == DONE
        assert ([row["outcome"] for row in stage().rows()], stage().marks()) == (["ok"], [])


class SlowSecrets(FaultySecretStore):
    """A secret store whose write takes sixteen minutes, in which housekeeping runs."""

    stage: Stage | None = None

    def write(self, name: str, version: str, document: dict[str, object]) -> None:
        """See SecretStore."""
        super().write(name, version, document)
        if self.stage is not None:
            self.stage.world.clock.move(minutes=16)
            self.stage.world.run_housekeeping()


@pytest.mark.parametrize("deed", ["browser: save", "shell: save", "shell: regenerate", "shell: create"])
def test_a_deed_that_was_closed_meanwhile_is_not_done_any_more(deed: str) -> None:
    secrets = SlowSecrets()
    slow = Stage(secrets)
    attempt = BY_ID[deed].make_ready(slow)
    secrets.stage = slow
    assert attempt() == NOT_DONE
    assert not BY_ID[deed].is_done(slow)
    assert [row["outcome"] for row in slow.rows()] == ["begun", "not_done"]
