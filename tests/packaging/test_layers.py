"""The layers hold what the functions load, with byte-code, and nothing else."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from importlib.metadata import Distribution, distributions
from pathlib import Path

import pytest

from scripts import build
from scripts.build import ALLOW_NO_BYTECODE, ROOT, Build, find_python

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

FUNCTIONS = ["McpEndpoint", "InstanceApi", "LoginProxy", "ControlCentre", "Housekeeping", "OAuthAuthorizer"]
LAYERS = ["SharedLayer", "DependenciesLayer"]
MAX_MEGABYTES = 90
READ_AS_DATA = {"tzdata"}
"""Packages whose files the standard library reads (`zoneinfo`), so that no module of theirs is loaded at a start."""
WITHOUT_CODE = {"fastmcp"}
"""Packages that are a name for others: FastMCP's code is in fastmcp-slim."""
LOADED = (
    "import json, sys; sys.path += sys.argv[1:]; import app;"
    "print(json.dumps([m for m, each in sys.modules.items() if getattr(each, '__file__', None)]))"
)
LIKE_LAMBDA = {
    "PATH": "/usr/bin:/bin",
    "AWS_REGION": "eu-west-1",
    "AWS_ACCESS_KEY_ID": "none",
    "AWS_SECRET_ACCESS_KEY": "none",
    "AWS_LAMBDA_INITIALIZATION_TYPE": "snap-start",  # the MCP function then loads the library behind its lane too
}
NO_PYTHON = {"PATH": "/usr/bin:/bin", "HOME": "/nowhere", "PYENV_ROOT": "/nowhere"}


def packages(built: Build) -> Path:
    return built.folder / "DependenciesLayer/python"


def modules_loaded(built: Build, function: str) -> set[str]:
    """The modules that a function has loaded when it is ready, with nothing on its path but itself and the layers."""
    python = find_python(built.version)
    assert python
    paths = [str(built.folder / function), *[str(built.folder / layer / "python") for layer in LAYERS]]
    command = [python, "-I", "-S", "-c", LOADED, *paths]
    done = subprocess.run(command, env=LIKE_LAMBDA, capture_output=True, text=True, check=False, cwd="/")
    assert done.returncode == 0, done.stderr[-3000:]
    return set(json.loads(done.stdout.splitlines()[-1]))


def imported_names(source: Path) -> set[str]:
    """The first parts of all that a module imports, at its top or inside a function."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(source.read_text())):
        if isinstance(node, ast.Import):
            found |= {each.name for each in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module)
    return {name.partition(".")[0] for name in found}


def named_by_our_modules(built: Build) -> set[str]:
    ours = (built.folder / "SharedLayer/python").rglob("*.py")
    return {name for source in ours for name in imported_names(source)} - sys.stdlib_module_names - {"affino_mcp"}


def top_levels(found: Distribution) -> set[str]:
    """The first parts of a distribution's modules."""
    files = [str(file) for file in found.files or [] if str(file).endswith((".py", ".so"))]
    return {file.partition("/")[0].partition(".")[0] for file in files}


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def required(found: Distribution) -> set[str]:
    plain = [line for line in found.requires or [] if "extra ==" not in line]
    return {canonical(re.split(r"[^A-Za-z0-9._-]", line)[0]) for line in plain}


def test_every_package_that_ships_is_used_by_a_function(built: Build) -> None:
    loaded = {name.partition(".")[0] for each in FUNCTIONS for name in modules_loaded(built, each)}
    used_names = loaded | named_by_our_modules(built)
    shipped = {canonical(each.name): each for each in distributions(path=[str(packages(built))])}
    used = {name for name, each in shipped.items() if top_levels(each) & used_names}
    for _ in shipped:
        used |= {name for each in used & shipped.keys() for name in required(shipped[each])}
    used |= READ_AS_DATA | WITHOUT_CODE
    assert len(shipped) > 20
    assert shipped.keys() - used == set()


def test_what_our_modules_name_ships(built: Build) -> None:
    there = {path.name.partition(".")[0] for path in packages(built).iterdir()}
    assert named_by_our_modules(built) - there == set()


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_loads_no_command_and_nothing_that_is_left_out(built: Build, function: str) -> None:
    left_out = re.findall(r"^[a-z0-9].*", (ROOT / "layers/left-out.txt").read_text(), re.MULTILINE)
    shipped = {canonical(each.name) for each in distributions(path=[str(packages(built))])}
    loaded = modules_loaded(built, function)
    assert shipped.isdisjoint(left_out)
    assert len(loaded) > 100
    assert [name for name in loaded if name.startswith(("affino_mcp.cli", "affino_mcp.local"))] == []


def test_the_lock_names_what_is_left_out() -> None:
    lock = (ROOT / "layers/dependencies/requirements.txt").read_text()
    told = re.findall(r"^# ([a-z0-9-]+)$", lock.partition("# The following packages were excluded")[2], re.MULTILINE)
    assert told == re.findall(r"^[a-z0-9].*", (ROOT / "layers/left-out.txt").read_text(), re.MULTILINE)


def test_the_layers_are_small(built: Build) -> None:
    files = [path for layer in LAYERS for path in (built.folder / layer).rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) < MAX_MEGABYTES * 1_000_000


@pytest.mark.parametrize(
    ("allowed", "ends"), [pytest.param("", 2, id="not said"), pytest.param("1", 0, id="ALLOW_NO_BYTECODE=1")]
)
def test_a_build_without_byte_code_fails_unless_it_is_allowed(tmp_path: Path, allowed: str, ends: int) -> None:
    variables = NO_PYTHON | {"ARTIFACTS_DIR": str(tmp_path), "RUNTIME": "3.99", ALLOW_NO_BYTECODE: allowed}
    command = ["make", "-f", str(ROOT / "layers/Makefile"), "build-McpEndpoint"]
    folder = ROOT / "functions/mcp_endpoint"
    done = subprocess.run(command, cwd=folder, env=variables, capture_output=True, text=True, check=False)
    assert done.returncode == ends, done.stderr
    assert ("ALLOW_NO_BYTECODE=1" in done.stderr) is (ends != 0)


def test_make_build_says_what_is_missing(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(build, "LAMBDA_PYTHON", "3.99")
    monkeypatch.delenv(ALLOW_NO_BYTECODE, raising=False)
    assert build.main() == 1
    assert "install Python 3.99, or say ALLOW_NO_BYTECODE=1" in capsys.readouterr().out
