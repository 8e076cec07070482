"""The Affino MCP service: agents work on records in the name of a person, through one gate."""

from typing import Final

NAME: Final = "affino-mcp"
VERSION: Final = "0.1.0"
