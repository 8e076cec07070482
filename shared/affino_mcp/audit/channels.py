"""The channels of the API Log: the way on which what a row tells came into the service."""

from __future__ import annotations

from typing import Final

CALL_CHANNEL, REST_CHANNEL, TEST_CHANNEL = "mcp", "rest", "test"
"""The channels of calls: of agents over MCP, of programs over the REST API, and of operators' test tools."""

CONTROL_CHANNEL, IMPORT_CHANNEL = "control", "import"
"""The channels of operators' actions, whose rows' arguments hold `before` and `after`, and of imports: neither are calls."""

TEST_CLIENT: Final = "affino-mcp-test-tool"
"""The name by which the test tools call: an MCP client that calls itself so is on their channel."""

CHANNELS: Final = (CALL_CHANNEL, REST_CHANNEL, TEST_CHANNEL, CONTROL_CHANNEL, IMPORT_CHANNEL)
"""Every channel, in the order in which they are offered."""


def channel_of_client(name: str) -> str:
    """Gives the channel of an MCP call whose client calls itself so."""
    return TEST_CHANNEL if name == TEST_CLIENT else CALL_CHANNEL
