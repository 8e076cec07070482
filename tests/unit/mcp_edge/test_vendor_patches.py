"""The private parts of libraries: all in one module, for exactly the pinned versions, and each still needed."""

from __future__ import annotations

import subprocess
import sys
import tomllib
import warnings
from pathlib import Path
from typing import Any, Final

import pytest
from fastmcp import FastMCP
from mcp.server.lowlevel import Server
from pydantic import BaseModel, ConfigDict, TypeAdapter
from pydantic_core import SchemaSerializer

from affino_mcp.catalogue.registry import METHODS
from affino_mcp.mcp_edge.app import McpApp
from affino_mcp.mcp_edge.lambda_handler import LambdaHandler
from affino_mcp.mcp_edge.request import ENDPOINT
from affino_mcp.mcp_edge.server import TOOLS_ALONE, build_server
from affino_mcp.mcp_edge.streamable_http import build_http_app
from affino_mcp.mcp_edge.vendor_patches import PATCHES, WRITTEN_FOR, NoSessionState, low_level_server
from tests.unit.mcp_edge.edge import Desk, Door, event

ROOT: Final = Path(__file__).parents[3]


def python(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)


def test_no_other_module_touches_a_private_part() -> None:
    modules = {path.name: path.read_text() for path in (ROOT / "shared").rglob("*.py")}
    assert [name for name, text in modules.items() if "SLF001" in text] == ["vendor_patches.py"]
    assert [name for name, text in modules.items() if "._internal" in text] == ["vendor_patches.py"]


def test_the_patches_are_for_the_pinned_versions() -> None:
    pinned = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    assert {f"{name}=={version}" for name, version in WRITTEN_FOR.items()} <= set(pinned)
    assert {patch.library for patch in PATCHES} == set(WRITTEN_FOR)


@pytest.mark.parametrize("library", WRITTEN_FOR)
def test_another_version_is_not_patched(library: str) -> None:
    code = f"""
import importlib.metadata
plain = importlib.metadata.version
importlib.metadata.version = lambda name: "0" if name == {library!r} else plain(name)
import affino_mcp.mcp_edge.vendor_patches
"""
    assert f"was written for {library} {WRITTEN_FOR[library]}" in python(code).stderr


class Waiting(BaseModel):
    """A model that waits, as far as pydantic's own setting makes it."""

    model_config = ConfigDict(defer_build=True)
    name: str


def test_pydantic_collects_the_fields_of_a_model_that_waits() -> None:
    class Other(Waiting):
        size: int

    assert not Other.__pydantic_complete__
    assert set(Other.__pydantic_fields__) == {"name", "size"}


def test_pydantic_builds_an_adapter_of_models_that_wait() -> None:
    adapter: TypeAdapter[Any] = TypeAdapter(Waiting | int)
    assert adapter.pydantic_complete


def test_an_adapter_that_waits_has_no_core_schema() -> None:
    adapter: TypeAdapter[Any] = TypeAdapter(Any, config=ConfigDict(defer_build=True))
    with pytest.raises(TypeError, match="MockCoreSchema"):
        SchemaSerializer(adapter.core_schema)


@pytest.mark.parametrize("first", ["", "pydantic.BaseModel.model_config = {'defer_build': True}"])
def test_the_protocols_models_do_not_wait_by_themselves(first: str) -> None:
    code = f"""
import pydantic
{first}
import mcp_types
models = [model for model in vars(mcp_types).values() if isinstance(model, type) and issubclass(model, pydantic.BaseModel)]
assert models
print(any(model.__pydantic_complete__ for model in models))
"""
    assert python(code).stdout == "True\n"


def test_fastmcp_has_no_public_name_for_the_server_inside() -> None:
    server: FastMCP[Any] = FastMCP("plain")
    with warnings.catch_warnings(action="ignore"):
        public = [getattr(server, name, None) for name in dir(server) if not name.startswith("_")]
    assert isinstance(low_level_server(server), Server)
    assert not any(isinstance(value, Server) for value in public)


def test_fastmcp_wraps_a_state_store_that_it_is_given() -> None:
    store: Any = NoSessionState()
    server: FastMCP[Any] = FastMCP("plain", session_state_store=store)
    assert type(server._state_store).__module__.startswith("key_value.aio.adapters")


def test_fastmcp_reads_session_state_at_a_call_of_an_older_client() -> None:
    asked: list[str] = []

    class Asked(NoSessionState):
        async def get(self, **named: Any) -> None:
            asked.append(named["key"])

    server = build_server(METHODS, in_thread=False)
    server._FastMCP__state_store = Asked()  # type: ignore[attr-defined]
    inner = build_http_app(server, ENDPOINT)
    handler = LambdaHandler(McpApp(inner, Door(), Desk(), frozenset(), in_thread=False), "live")
    asked.clear()
    handler(event("tools/call", {"name": "list_accounts", "arguments": {}}, "2025-06-18"), None)
    handler.close()
    assert asked


def test_fastmcp_advertises_more_than_tools() -> None:
    plain: FastMCP[Any] = FastMCP("plain")
    assert low_level_server(plain).get_capabilities() != TOOLS_ALONE
    assert low_level_server(build_server(METHODS, in_thread=False)).get_capabilities() == TOOLS_ALONE
