"""A world, and a process of its service, as the flow tests have them."""

from tests.flow.conftest import handler, world

__all__ = ["handler", "world"]
