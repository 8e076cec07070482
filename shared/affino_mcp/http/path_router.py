"""Routes requests by path to one of several ASGI applications in one process."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from starlette.types import ASGIApp, Receive, Scope, Send


class PathRouter:
    """An ASGI application made of several: the longest matching prefix wins.

    `rest` gets all other requests, and lifespan events. Applications in `later` are made at their first request.
    """

    def __init__(self, later: Mapping[str, Callable[[], ASGIApp]], rest: ASGIApp) -> None:
        self._later, self._rest = dict(later), rest
        self._made: dict[str, ASGIApp] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handles an ASGI scope with the application for its path."""
        await (self._app_for_path(scope["path"]) if scope["type"] == "http" else self._rest)(scope, receive, send)

    def _app_for_path(self, path: str) -> ASGIApp:
        prefix = max((known for known in self._later if _is_below_prefix(path, known)), key=len, default=None)
        if prefix is None:
            return self._rest
        if prefix not in self._made:
            self._made[prefix] = self._later[prefix]()
        return self._made[prefix]


def _is_below_prefix(path: str, prefix: str) -> bool:
    return path == prefix or path.startswith(prefix + "/")
