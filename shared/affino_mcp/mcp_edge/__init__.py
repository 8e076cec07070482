"""MCP over HTTP, behind the gate."""
