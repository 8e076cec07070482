"""A tool as a client receives it is the catalogue's own listing, from which the price of a family is counted too."""

from __future__ import annotations

import pytest

from affino_mcp.catalogue.method import Method
from affino_mcp.catalogue.registry import METHODS
from affino_mcp.catalogue.tool_view import DOORS, GUIDES
from affino_mcp.mcp_edge.server import CatalogueTool


@pytest.mark.parametrize(
    "method", [*METHODS.values(), *GUIDES.values(), *DOORS.values()], ids=lambda method: method.name
)
def test_a_tool_is_sent_as_the_catalogue_lists_it(method: Method) -> None:
    tool = CatalogueTool.from_method(method, in_thread=False).to_mcp_tool()
    assert tool.model_dump(mode="json", by_alias=True, exclude_none=True) == method.listing()
