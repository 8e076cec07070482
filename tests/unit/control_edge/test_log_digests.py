"""The screen that says how far digests cover the API Log."""

from __future__ import annotations

from dataclasses import replace

import pytest

from affino_mcp import housekeeping_wiring
from affino_mcp.store.testing.memory_archive import MemoryArchive
from tests.unit.audit.integrity.sealed_log import MemorySigner
from tests.unit.control_edge.desk import OperatorBrowser, text_of


def close_windows(operator: OperatorBrowser) -> None:
    world = operator.world
    stores = replace(world.stores, archive=MemoryArchive(), signer=MemorySigner())
    housekeeping_wiring.build_housekeeping(world.settings, stores, world.clock)()


def test_the_log_leads_to_it(operator: OperatorBrowser) -> None:
    assert 'href="/control/logs/digests"' in operator.get("/logs").text


def test_before_the_first_digest_nothing_is_signed(operator: OperatorBrowser) -> None:
    page = text_of(operator.get("/logs/digests"))
    assert "Nothing is signed yet" in page
    assert "affino-mcp log verify" in page


@pytest.mark.parametrize(("minutes", "is_late"), [(1, False), (29, False), (31, True)])
def test_it_says_how_far_the_log_is_signed(operator: OperatorBrowser, minutes: int, is_late: bool) -> None:
    close_windows(operator)
    operator.world.clock.move(minutes * 60)
    page = text_of(operator.get("/logs/digests"))
    assert "Signed up to 2026-11-23 08:45:00 UTC" in page
    assert "made at 2026-11-23 09:00:00 UTC" in page
    assert ("more than 30 minutes ago" in page) == is_late


def test_it_is_for_those_who_may_read_the_log(operator: OperatorBrowser) -> None:
    operator.person("Sal", "Seller", "Sales")
    operator.sign_in("sal.seller@affino.example")
    assert operator.get("/logs/digests").status_code == 403
    assert "digests" not in operator.get("/logs").text
