"""The thin lane: the messages that every client sends, answered without any MCP library."""
