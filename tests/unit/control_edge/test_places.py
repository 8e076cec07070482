"""What a person may do in each section and forum, in the browser."""

from __future__ import annotations

import pytest

from affino_mcp.instance.builtin.forums.forums import upsert_forum
from affino_mcp.instance.builtin.website.website_records import upsert_section
from tests.unit.control_edge.desk import OperatorBrowser, text_of


@pytest.fixture
def edith(operator: OperatorBrowser) -> int:
    return operator.person("Edith", "Moreau", "Publishers")


@pytest.fixture
def places(operator: OperatorBrowser) -> None:
    records, at = operator.world.records, operator.world.clock()
    upsert_section(
        records, "Marketing", at, read=["Everybody"], write=["Editors", "Publishers"], publish=["Publishers"]
    )
    upsert_section(records, "Board", at, read=["Legal"], write=["Legal"], publish=["Legal"])
    upsert_forum(records, "Ideas", at, read=["Everybody"], post=["Community"])


@pytest.mark.usefixtures("places")
def test_what_somebody_may_do_where_is_explained(operator: OperatorBrowser, edith: int) -> None:
    path = f"/people/{edith}/places"
    assert path in operator.get(f"/people/{edith}").text
    shown = text_of(operator.get(path))
    assert "Marketing 1 may open to everybody may group Publishers may group Publishers" in shown
    assert "Board 2 may not needs the group Legal may not needs the group Legal" in shown
    forums = text_of(operator.get(path, kind="forums"))
    assert "Ideas 1 may not needs the right forums.read" in forums
    assert "Marketing" not in forums
    assert len(operator.count_store_calls(path)) == 3
    assert "Marketing" in text_of(operator.get(path, kind="nonsense"))
