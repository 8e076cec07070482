"""What the command for the first operator lays beside the operator, so that a new instance is not empty."""

from __future__ import annotations

from affino_mcp.cli.service import Service


def lay_starter_structure(service: Service) -> list[str]:  # noqa: ARG001 (there is no starter structure yet)
    """Lays what is missing of the starter structure, never overwriting; gives the names of what was laid. Can be repeated."""
    return []
