"""The lean start of the Lambda process against a plain one: the same answers, and nothing faked unnoticed."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

import pytest

from affino_mcp.mcp_edge.cold_start.import_stubs import UNUSED_LIBRARIES

ROOT: Final = Path(__file__).parents[3]

SERVE = """
import contextlib, json, sys
from affino_mcp.mcp_edge.cold_start import import_stubs
from affino_mcp.mcp_edge.cold_start.lean_imports import lean_imports
touched = []
import_stubs.StubUsed.__init__ = lambda _, *what: touched.append(what)
with lean_imports() if sys.argv[1] == "lean" else contextlib.nullcontext():
    from tests.unit.mcp_edge import edge
    served = edge.Edge()
calls = [edge.load(path.stem) for path in sorted(edge.EVENTS.glob("*.json")) if "requestContext" in path.read_text()]
for era in edge.ERAS:
    calls += [
        edge.event("initialize", {"protocolVersion": era, "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}}, era),
        edge.event("tools/list", {}, era),
        edge.event("tools/list", {"cursor": 7}, era),
        edge.event("tools/call", {"name": "create_note", "arguments": {"Body": "x", "Odd": [1.5, None, {"a": True}]}}, era),
        edge.event("tools/call", {"name": "create_note", "arguments": 7}, era),
        edge.event("tools/call", {}, era),
        edge.event("nonsense/method", {}, era),
        edge.event("ping", {}, era),
    ]
answers = [vars(served.answer(call)) for call in calls]
assert not touched, touched  # although FastMCP may have caught the error and gone on
print(json.dumps(answers))
"""


def python(code: str, *arguments: str) -> str:
    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", code, *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    return run.stdout


def answers(kind: str) -> list[dict[str, Any]]:
    read: list[dict[str, Any]] = json.loads(python(SERVE, kind))
    return read


def test_a_lean_process_answers_byte_for_byte_like_a_plain_one() -> None:
    lean, plain = answers("lean"), answers("plain")
    assert len(lean) == len(plain) > 40
    assert lean == plain


def test_using_a_stub_fails_loudly() -> None:
    code = """
from affino_mcp.mcp_edge.cold_start import import_stubs
from affino_mcp.mcp_edge.cold_start.lean_imports import lean_imports
with lean_imports():
    from affino_mcp.mcp_edge import app
import httpx2, rich.console, uvicorn.config
for touch in (lambda: httpx2.get("x"), lambda: rich.console.Console(), lambda: uvicorn.config.Config.load):
    try:
        touch()
    except import_stubs.StubUsed as error:
        print(error)
"""
    assert len(python(code).splitlines()) == 3


def test_importing_the_edge_alone_changes_no_library() -> None:
    code = """
import affino_mcp.mcp_edge.lambda_handler, affino_mcp.mcp_edge.cold_start.lean_imports
import uvicorn, httpx2, rich, mcp.client, pydantic
from affino_mcp.mcp_edge.cold_start.import_stubs import StubModule
assert not any(isinstance(m, StubModule) for m in (uvicorn, httpx2, rich, mcp.client))
assert "defer_build" not in pydantic.BaseModel.model_config
from fastmcp import Client
Client("http://127.0.0.1:9/mcp")
"""
    python(code)


def test_pydantic_is_itself_again_after_a_lean_start() -> None:
    code = """
from affino_mcp.mcp_edge.cold_start.lean_imports import lean_imports
with lean_imports():
    import mcp_types
import gc, pydantic
assert gc.isenabled()
class Ours(mcp_types.Implementation):
    extra: int
assert "extra" in Ours.model_fields and "version" in Ours.model_fields
assert Ours.__pydantic_complete__ is False or Ours(name="n", version="1", extra=2).extra == 2
class Plain(pydantic.BaseModel):
    a: int
assert Plain.__pydantic_complete__
assert type(Plain.model_fields) is dict
assert pydantic.TypeAdapter(list[int]).pydantic_complete
assert mcp_types.Tool.model_json_schema()["required"] == ["name", "inputSchema"]
"""
    python(code)


def test_the_cursors_cipher_costs_no_import_at_the_first_list() -> None:
    """When the SDK no longer imports it: measure it, and import it at the start of this function alone."""
    code = """
import sys
from affino_mcp.mcp_edge.cold_start.lean_imports import lean_imports
with lean_imports():
    import affino_mcp.mcp_edge.app
assert "cryptography.hazmat.primitives.ciphers.aead" in sys.modules
"""
    python(code)


def test_functions_without_lists_start_without_the_cursors_cipher() -> None:
    python("import sys, affino_mcp.wiring; assert 'cryptography' not in sys.modules")


@pytest.mark.parametrize("library", UNUSED_LIBRARIES)
def test_every_stub_is_of_something_that_a_plain_start_imports(library: str, plain_modules: set[str]) -> None:
    assert any(name == library or name.startswith(library + ".") for name in plain_modules), f"{library}: remove it"


@pytest.fixture(scope="module")
def plain_modules() -> set[str]:
    return set(python("import sys, affino_mcp.mcp_edge.lambda_handler; print(*sys.modules)").split())
