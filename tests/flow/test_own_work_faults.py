"""Whatever store call fails while a session is undone at the Hub, the page says what happened."""

from __future__ import annotations

import pytest

from affino_mcp.store.testing.faulty_database import FaultyDatabase, StoreFault
from tests.flow.hub_visitor import checked_changes, links_to
from tests.flow.own_office import Office, office, worked

__all__ = ["office", "worked"]


@pytest.mark.parametrize("fault", [StoreFault.BEFORE, StoreFault.LOST, StoreFault.VANISHED])
@pytest.mark.parametrize("number", range(26))
def test_what_the_page_says_is_what_happened_whatever_call_fails(
    worked: Office, number: int, fault: StoreFault
) -> None:
    """One failing store call: each change that is told as undone is undone, and has its row; no other has."""
    session = links_to(worked.visitor.get("/hub/work"), "/session")[0]
    asked = worked.visitor.get(session)
    faulty = FaultyDatabase(worked.world.database)
    worked.world.watched.inner = faulty
    faulty.arm({number: fault})
    told = worked.visitor.send(session, asked, change=checked_changes(asked))
    worked.world.watched.inner = worked.world.database
    told_done = told.text.count('<span class="badge good">undone</span>')
    open_ends = told.text.count('<span class="badge warn">not known</span>')
    rows = len([row for row in worked.own_rows() if row[1] == "ok"])
    left = 2 - len(
        [item for item in worked.agent.call_tool("list_accounts").result["Items"] if "Rita" not in item["Name"]]
    )
    assert told_done <= rows <= told_done + open_ends or told.status_code == 503
    assert rows >= left
