"""Import stubs for libraries that FastMCP imports and a stateless JSON tool server never uses.

A stub satisfies the `import` statement and nothing else: every name in it is a class that can stand in an annotation or
an `except`, and that raises `StubUsed` when it is called or an attribute is read. `lean_imports()` alone installs stubs,
in a process that only serves tools; a process with an MCP client must not install them.
"""

from __future__ import annotations

import sys
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any, Final, NoReturn

UNUSED_LIBRARIES: Final = (
    "dotenv",  # settings from a .env file: FastMCP's come from the environment
    "fastmcp.mcp_config",  # other servers, to be asked as a client
    "fastmcp.prompts",  # not offered
    "fastmcp.resources",  # not offered
    "fastmcp.tools.tool_transform",  # tools made from other tools
    "httpx2",  # the MCP client's HTTP
    "joserfc",  # JWT verifiers of FastMCP
    "mcp.client",
    "mcp.os",  # child processes, for stdio
    "mcp.server.auth.handlers",  # an OAuth server: the gate asks for the credentials; `.middleware` is asked at each call
    "mcp.server.auth.provider",
    "mcp.server.auth.routes",
    "mcp.server.auth.settings",
    "mcp.server.mcpserver",  # the SDK's own high-level server
    "mcp.server.stdio",
    "mcp.shared.auth",
    "mcp.shared.uri_template",  # addresses of resources
    "pydantic_settings.sources.providers.cli",  # settings from a command line
    "python_multipart",  # forms
    "rich",  # console output and tracebacks (they print values: never wanted here)
    "sse_starlette",  # event streams: answers are plain JSON
    "uvicorn",
    "watchfiles",
)


class StubUsed(Exception):
    """Code used a library that this process has a stub of: remove it from `UNUSED_LIBRARIES`.

    It is no RuntimeError: FastMCP catches that in places and goes on without what it asked for.
    """


class _StubClass(type):
    """The class of every name in a stub: it can be named, subclassed and caught, and nothing else."""

    def __call__(cls, *_: Any, **__: Any) -> NoReturn:
        raise StubUsed(cls.__module__, cls.__name__)

    def __getattr__(cls, name: str) -> NoReturn:
        if name.startswith("__"):
            raise AttributeError(name)
        raise StubUsed(cls.__module__, cls.__name__, name)

    def __getitem__(cls, _: Any) -> _StubClass:
        return cls

    def __or__(cls, _: Any) -> _StubClass:
        return cls

    __ror__ = __or__


class StubModule(ModuleType):
    """A module in which every name is a `_StubClass`."""

    __path__: list[str] = []  # noqa: RUF012 (a module attribute, as Python spells it)

    def __getattr__(self, name: str) -> _StubClass:
        if name.startswith("__"):
            raise AttributeError(name)
        named = _StubClass(name, (Exception,), {"__module__": self.__name__})
        setattr(self, name, named)
        return named


class _StubFinder:
    """Finds a stub for every unused library and its submodules."""

    @staticmethod
    def find_spec(name: str, *_: Any) -> ModuleSpec | None:
        unused = any(name == library or name.startswith(library + ".") for library in UNUSED_LIBRARIES)
        return ModuleSpec(name, _StubFinder, is_package=True) if unused else None  # type: ignore[arg-type]

    @staticmethod
    def create_module(spec: ModuleSpec) -> ModuleType:
        return StubModule(spec.name)

    @staticmethod
    def exec_module(module: ModuleType) -> None:
        """Runs nothing: a stub has no code."""


def install_stubs() -> None:
    """Gives later imports of unused libraries a stub. A library that is imported already stays what it is."""
    if _StubFinder not in sys.meta_path:
        sys.meta_path.insert(0, _StubFinder)
