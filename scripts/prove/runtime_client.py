"""The functions, as built, in AWS's own runtime client, and a caller in front of the MCP endpoint's."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from affino_mcp.local.places import REPOSITORY
from scripts.build import LAMBDA_PYTHON, Build
from scripts.prove.emulated import EmulatedService, emulator_variables, inherited_environment
from scripts.prove.runtime_api import RuntimeApi, running_function

FUNCTION_SECONDS = 25
"""The time-out of the MCP endpoint in template.yaml; tests/packaging holds the two together."""
EXECUTION_ENVIRONMENT = f"AWS_Lambda_python{LAMBDA_PYTHON}"
"""By this the client knows that its answers are JSON in UTF-8, not in ASCII."""
CLIENT_PROGRAM = REPOSITORY / ".tools/runtime/bin/python"
LAYERS = ("SharedLayer/python", "DependenciesLayer/python")


class FunctionCaller:
    """Sends tool calls as API Gateway's events to the function."""

    def __init__(self, api: RuntimeApi, headers: dict[str, str]) -> None:
        self._api, self._count = api, 0
        self._headers = {
            **headers,
            "Content-Type": "application/json",
            "Accept": "application/json, text/event-stream",
            "Host": "prove.example",
        }

    told_seconds: float | None = None
    """What the function is told that it has for a call, when that is less than it has."""

    def call_tool(self, tool: str, **arguments: Any) -> tuple[int, dict[str, Any]]:
        """Gives the status and the JSON-RPC document of one call. Raises CutOff."""
        message = {
            "jsonrpc": "2.0",
            "id": 1,
            "method": "tools/call",
            "params": {"name": tool, "arguments": arguments},
        }
        answer = self._api.invoke(self._event(message), FUNCTION_SECONDS, self.told_seconds)
        document: dict[str, Any] = json.loads(answer["body"])
        return answer["statusCode"], document

    def made(self, tool: str, record: str, code: str, **arguments: Any) -> int:
        """Gives the code of the record that a call makes."""
        _, document = self.call_tool(tool, **arguments)
        found: int = document["result"]["structuredContent"][record][code]
        return found

    def _event(self, message: dict[str, Any]) -> dict[str, Any]:
        self._count += 1
        context = {
            "requestId": f"prove-{self._count}",
            "stage": "live",
            "path": "/live/mcp",
            "httpMethod": "POST",
            "identity": {"sourceIp": "203.0.113.7", "userAgent": "prove"},
        }
        return {
            "resource": "/mcp",
            "path": "/mcp",
            "httpMethod": "POST",
            "headers": self._headers,
            "multiValueHeaders": {name: [value] for name, value in self._headers.items()},
            "queryStringParameters": None,
            "multiValueQueryStringParameters": None,
            "requestContext": context,
            "body": json.dumps(message),
            "isBase64Encoded": False,
        }


@contextmanager
def running_endpoint(
    emulated: EmulatedService, endpoint: str, build: Build, log: Path, **more: str
) -> Iterator[RuntimeApi]:
    """Runs the MCP endpoint during the body, on the stores at `endpoint`; `more` are variables of its environment."""
    variables = emulator_variables(emulated.settings) | {"AFFINO_AWS_ENDPOINT": endpoint, **more}
    with running_built_function("McpEndpoint", variables, build, log) as api:
        yield api


@contextmanager
def running_built_function(name: str, variables: Mapping[str, str], build: Build, log: Path) -> Iterator[RuntimeApi]:
    """Runs the function of this name in the template during the body; an empty variable is not there."""
    layers = ":".join(str(build.folder / layer) for layer in LAYERS)
    given = {**inherited_environment(), "PYTHONPATH": layers, "AWS_EXECUTION_ENV": EXECUTION_ENVIRONMENT, **variables}
    command: list[str | Path] = [CLIENT_PROGRAM, "-m", "awslambdaric", "app.handler"]
    there = {variable: value for variable, value in given.items() if value}
    with running_function(command, build.folder / name, there, log) as api:
        yield api
