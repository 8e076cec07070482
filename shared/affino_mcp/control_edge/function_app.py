"""What the Control Centre's function serves: its screens, and the Hub's pages of one's own work."""

from __future__ import annotations

from starlette.types import ASGIApp

from affino_mcp.control_edge.app import make_screens_app
from affino_mcp.control_edge.centre import ControlCentre
from affino_mcp.control_edge.own_work.app import make_work_app
from affino_mcp.http.path_router import PathRouter
from affino_mcp.pages.hub_places import WORK_PATH


def make_function_app(centre: ControlCentre) -> ASGIApp:
    """The ASGI application of both, by path."""
    return PathRouter({WORK_PATH: lambda: make_work_app(centre)}, make_screens_app(centre))
