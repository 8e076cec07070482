"""What a function's start loads: not what few calls need, unless a snapshot is taken after it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
NEEDED_BY_FEW = {"boto3", "botocore.auth", "botocore.credentials", "urllib3", "xml.etree"} | {
    "fastmcp",
    "mcp",
    "starlette",
    "mangum",
    "httpx",
    "jinja2",
    "difflib",
    "html.entities",
    "pydantic.plugin._loader",
    "importlib.metadata",
    "zipfile",
    "http.client",
    "email",
}
NEEDED_AFTER_A_RESTORE = {"botocore.auth", "botocore.credentials", "urllib3"}


def loaded(function: str, environment: dict[str, str]) -> set[str]:
    script = f"import sys, functions.{function}.app as app; assert callable(app.handler); print(*sys.modules)"
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_the_mcp_function_starts_with_what_every_call_needs() -> None:
    found = loaded("mcp_endpoint", {})
    assert sorted(found & NEEDED_BY_FEW) == []
    assert "affino_mcp.instance.builtin.instance" in found


def test_a_snapshot_holds_what_a_restored_function_needs_first() -> None:
    assert loaded("login_proxy", {"AWS_LAMBDA_INITIALIZATION_TYPE": "snap-start"}) >= NEEDED_AFTER_A_RESTORE
