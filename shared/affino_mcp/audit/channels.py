"""The channels of the API Log: the way on which what a row tells came into the service."""

from __future__ import annotations

from typing import Final

CALL_CHANNEL, REST_CHANNEL, TEST_CHANNEL = "mcp", "rest", "test"
"""The channels of calls: of agents over MCP, of programs over the REST API, and of operators' test tools."""

CONTROL_CHANNEL, IMPORT_CHANNEL = "control", "import"
"""The channels of operators' actions, whose rows' arguments hold `before` and `after`, and of imports: neither are calls."""

CHANNELS: Final = (CALL_CHANNEL, REST_CHANNEL, TEST_CHANNEL, CONTROL_CHANNEL, IMPORT_CHANNEL)
"""Every channel, in the order in which they are offered."""
