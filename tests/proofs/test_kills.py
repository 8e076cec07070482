"""The service is killed a few times under load; `make prove` does it a hundred times."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts.prove.kills import prove_kills
from tests.security.figures import Figures

KILLS = 4


@pytest.mark.slow
@pytest.mark.emulator
def test_what_the_rows_say_is_there_after_kills(tmp_path: Path, figures: Figures) -> None:
    counted: list[int] = []
    found = prove_kills(KILLS, tmp_path, counted.append)
    assert found.faults == []
    assert counted == list(range(1, KILLS + 1))
    assert found.ledger.effects == found.ledger.claims > 0
    figures.record("kills of a process under load", tried=len(counted))
