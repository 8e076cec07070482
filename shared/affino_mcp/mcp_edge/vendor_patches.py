"""Every private part of a library that this service touches; no other module touches any.

`PATCHES` says what each is for, and why no public setting serves. Importing this module fails unless the libraries have
exactly the versions that the patches were written for. `tests/unit/mcp_edge/test_vendor_patches.py` has a test for each
row that fails when the row can go. The module imports pydantic alone: FastMCP and the SDK are imported later, under it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Final

from pydantic import BaseModel, ConfigDict, TypeAdapter
from pydantic._internal import _model_construction

if TYPE_CHECKING:
    from fastmcp import FastMCP
    from mcp.server.lowlevel import Server
    from mcp_types import ServerCapabilities

WRITTEN_FOR: Final = {"fastmcp": "4.2.3", "mcp": "2.3.0", "pydantic": "2.14.4"}


@dataclass(frozen=True)
class Patch:
    """One private part: of which library, which name, what for, and what the public alternative costs or lacks."""

    library: str
    part: str
    reason: str
    alternative: str


PATCHES: Final = (
    Patch(
        "pydantic",
        "_internal._model_construction.set_model_fields",
        "the fields of 500 protocol models are collected when a model is first used: 22 ms of a start of 426",
        "defer_build waits with validators alone",
    ),
    Patch(
        "pydantic",
        "TypeAdapter._defer_build, TypeAdapter._type",
        "the SDK's adapters of whole protocols are built when first used: 23 ms of the start",
        "defer_build in an adapter's own config: the SDK would have to give it",
    ),
    Patch(
        "pydantic",
        "BaseModel.model_config, BaseModel.model_rebuild and its _parent_namespace_depth",
        "every model defined meanwhile waits for its first use, though its module calls model_rebuild(): 115 ms of the start",
        "defer_build in a model's own config: the libraries would have to give it",
    ),
    Patch(
        "fastmcp",
        "FastMCP._mcp_server",
        "the SDK's server, for its own middleware, capabilities, handlers and session manager",
        "none: FastMCP has no public name for it",
    ),
    Patch(
        "fastmcp",
        "FastMCP.__state_store",
        "a stateless server keeps no session state; FastMCP reads it at each call of a client of 2025",
        "session_state_store= is wrapped in an adapter whose import costs 125 ms of the start",
    ),
    Patch(
        "mcp",
        "Server.get_capabilities, replaced on the instance",
        "tools are advertised, and nothing else: each thing advertised costs every client a request at connect",
        "none: what has a handler is advertised, and FastMCP gives everything one",
    ),
)

for _library, _version in WRITTEN_FOR.items():
    if version(_library) != _version:
        raise ImportError(f"{__name__} was written for {_library} {_version}: look at its patches again")


def low_level_server(server: FastMCP[Any]) -> Server[Any]:
    """The SDK's server inside FastMCP's."""
    return server._mcp_server  # noqa: SLF001


def remove_session_state(server: FastMCP[Any]) -> None:
    """Put `NoSessionState` in the place of FastMCP's session state store."""
    server._FastMCP__state_store = NoSessionState()  # type: ignore[attr-defined]  # noqa: SLF001


def fix_capabilities(server: FastMCP[Any], capabilities: ServerCapabilities) -> None:
    """Let the server advertise exactly these capabilities, in every protocol version."""
    low_level_server(server).get_capabilities = lambda *_, **__: capabilities  # type: ignore[method-assign]


class NoSessionState:
    """A session state store that keeps nothing."""

    async def get(self, **_: Any) -> None:
        """Nothing was kept."""

    async def put(self, **_: Any) -> None:
        """Keeps nothing."""

    async def delete(self, **_: Any) -> bool:
        """False: there was nothing."""
        return False


SetModelFields = Callable[..., None]
set_model_fields: Final[SetModelFields] = _model_construction.set_model_fields
"""pydantic's own function that collects the fields of a model class and stores them in it."""


@contextmanager
def deferred_building(set_fields: SetModelFields) -> Iterator[None]:
    """While open, models and adapters that are defined wait for their first use; `set_fields` has their fields collected."""
    with ExitStack() as stack:
        stack.enter_context(_replaced(BaseModel, "model_config", ConfigDict(defer_build=True)))
        stack.enter_context(_replaced(BaseModel, "model_rebuild", classmethod(_rebuild_on_first_use)))
        stack.enter_context(_replaced(TypeAdapter, "_defer_build", property(_may_wait)))
        stack.enter_context(_replaced(_model_construction, "set_model_fields", set_fields))
        yield


def _may_wait(adapter: TypeAdapter[Any]) -> bool:
    """True unless the adapter is one of `Any`: FastMCP hands its core schema to pydantic's core, which takes no placeholder."""
    return adapter._type is not Any  # noqa: SLF001


_rebuild = BaseModel.__dict__["model_rebuild"].__func__


def _rebuild_on_first_use(cls: type[BaseModel], /, **options: Any) -> bool | None:
    """Ignores a plain `model_rebuild()` at the end of a library's module; carries out pydantic's own, at first use."""
    if not options:
        return None
    depth = options.pop("_parent_namespace_depth", 2)
    built: bool | None = _rebuild(cls, _parent_namespace_depth=depth + 1, **options)
    return built


@contextmanager
def _replaced(owner: Any, name: str, value: Any) -> Iterator[None]:
    before = vars(owner)[name]
    setattr(owner, name, value)
    try:
        yield
    finally:
        setattr(owner, name, before)
