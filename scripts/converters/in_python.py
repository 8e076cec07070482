"""Converts tools by the client libraries of one tool environment; run by that environment's Python, with none of our own code.

Takes names of CONVERTERS as arguments, and on standard input a JSON object of lists of tools, each as tools/list answers it.
Writes a JSON object: for each name, by list, the library's `version`, the schemas that it `converted` by tool, and why it
`refused` the others. A library that cannot be loaded is `missing`, with the reason.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from importlib import import_module
from importlib.metadata import version
from typing import Any, Final

Listed = dict[str, Any]
Schema = dict[str, Any]
Convert = Callable[[Listed], Schema]


class NotConverted(Exception):
    """The library takes the tool in another form than the one that is tried."""


def _mcp_tool(listed: Listed) -> Any:
    """The tool as the MCP SDK gives it to a client."""
    return import_module("mcp.types").Tool.model_validate(listed)


def _as_json(model: Any) -> Schema:
    found: Schema = model.model_dump(mode="json", by_alias=True, exclude_none=True)
    return found


def make_google_genai() -> Convert:
    """google-genai's own conversion for the Gemini API."""
    convert = import_module("google.genai._mcp_utils").mcp_to_gemini_tools

    def google_genai(listed: Listed) -> Schema:
        [made] = convert([_mcp_tool(listed)])
        return _as_json(made.function_declarations[0].parameters)

    return google_genai


def make_google_adk() -> Convert:
    """ADK's MCP tool, as it declares itself to Gemini."""
    tools = import_module("google.adk.tools.mcp_tool.mcp_tool")
    sessions = import_module("google.adk.tools.mcp_tool.mcp_session_manager")
    parameters = sessions.StreamableHTTPConnectionParams(url="http://127.0.0.1:9/mcp")
    manager = sessions.MCPSessionManager(connection_params=parameters)

    def google_adk(listed: Listed) -> Schema:
        tool = tools.MCPTool(mcp_tool=_mcp_tool(listed), mcp_session_manager=manager)
        declared = tool._get_declaration()  # noqa: SLF001 (what ADK itself sends)
        schema: Schema | None = declared.parameters_json_schema
        return schema if schema is not None else _as_json(declared.parameters)

    return google_adk


def make_openai_agents() -> Convert:
    """The Agents SDK with strict schemas; a tool whose arguments it keeps, but not as strict, is refused."""
    agents = import_module("agents.mcp")
    server = agents.MCPServerStreamableHttp(params={"url": "http://127.0.0.1:9/mcp"})

    def openai_agents(listed: Listed) -> Schema:
        tool = agents.MCPUtil.to_function_tool(_mcp_tool(listed), server, True)
        if listed["inputSchema"]["properties"] and not tool.strict_json_schema:
            raise NotConverted("kept, but not as a strict schema")
        schema: Schema = tool.params_json_schema
        return schema

    return openai_agents


def _make_pydantic_ai(model: Any, module: str) -> Convert:
    tools, base = import_module("pydantic_ai.tools"), import_module(module)

    def pydantic_ai(listed: Listed) -> Schema:
        defined = tools.ToolDefinition(
            name=listed["name"], description=listed["description"], parameters_json_schema=listed["inputSchema"]
        )
        asked = base.ModelRequestParameters(function_tools=[defined])
        schema: Schema = model.customize_request_parameters(asked).function_tools[0].parameters_json_schema
        return schema

    return pydantic_ai


def make_pydantic_ai_google() -> Convert:
    """Pydantic AI's schemas for a Gemini model."""
    provider = import_module("pydantic_ai.providers.google").GoogleProvider(api_key="none")
    model = import_module("pydantic_ai.models.google").GoogleModel("gemini-2.5-flash", provider=provider)
    return _make_pydantic_ai(model, "pydantic_ai.models")


def make_pydantic_ai_openai() -> Convert:
    """Pydantic AI's schemas for an OpenAI model."""
    provider = import_module("pydantic_ai.providers.openai").OpenAIProvider(api_key="none")
    model = import_module("pydantic_ai.models.openai").OpenAIChatModel("gpt-5", provider=provider)
    return _make_pydantic_ai(model, "pydantic_ai.models")


def make_langchain() -> Convert:
    """What langchain's adapter makes of an MCP tool, as its models get it."""
    adapt = import_module("langchain_mcp_adapters.tools").convert_mcp_tool_to_langchain_tool
    convert = import_module("langchain_core.utils.function_calling").convert_to_openai_tool

    def langchain(listed: Listed) -> Schema:
        tool = adapt(None, _mcp_tool(listed), connection={"transport": "streamable_http", "url": "http://127.0.0.1:9"})
        schema: Schema = convert(tool)["function"]["parameters"]
        return schema

    return langchain


def make_litellm_openai() -> Convert:
    """Litellm's MCP bridge, in the form that it keeps for OpenAI's models."""
    transform = import_module("litellm.mcp_client.tools").transform_mcp_tool_to_openai_tool
    return lambda listed: dict(transform(_mcp_tool(listed))["function"]["parameters"])


def make_litellm_gemini() -> Convert:
    """Litellm's MCP bridge, sent on to a Gemini model."""
    transform = import_module("litellm.mcp_client.tools").transform_mcp_tool_to_openai_tool
    gemini = import_module("litellm.llms.vertex_ai.gemini.vertex_and_google_ai_studio_gemini")
    config = gemini.VertexGeminiConfig()

    def litellm_gemini(listed: Listed) -> Schema:
        [made] = config._map_function([transform(_mcp_tool(listed))], {})  # noqa: SLF001 (what litellm itself sends)
        schema: Schema = made["function_declarations"][0].get("parameters") or {"type": "object", "properties": {}}
        return schema

    return litellm_gemini


CONVERTERS: Final[dict[str, tuple[str, Callable[[], Convert]]]] = {
    "google-genai": ("google-genai", make_google_genai),
    "google-adk": ("google-adk", make_google_adk),
    "openai-agents, strict": ("openai-agents", make_openai_agents),
    "pydantic-ai, Gemini": ("pydantic-ai-slim", make_pydantic_ai_google),
    "pydantic-ai, OpenAI": ("pydantic-ai-slim", make_pydantic_ai_openai),
    "langchain": ("langchain-mcp-adapters", make_langchain),
    "litellm, OpenAI": ("litellm", make_litellm_openai),
    "litellm, Gemini": ("litellm", make_litellm_gemini),
}
"""By the name in the table: the distribution, and what makes its conversion of one tool."""


def convert_lists(name: str, lists: dict[str, list[Listed]]) -> dict[str, Any]:
    """What one library makes of each list."""
    distribution, make = CONVERTERS[name]
    try:
        convert = make()
    except ImportError as error:
        return {each: {"missing": str(error)} for each in lists}
    return {each: {"version": version(distribution), **convert_all(convert, tools)} for each, tools in lists.items()}


def convert_all(convert: Convert, tools: list[Listed]) -> dict[str, Any]:
    """What one library makes of the tools."""
    found: dict[str, Any] = {"converted": {}, "refused": {}}
    for listed in tools:
        try:
            found["converted"][listed["name"]] = convert(listed)
        except Exception as error:  # noqa: BLE001 (any refusal of a library is what is looked for)
            found["refused"][listed["name"]] = f"{type(error).__name__}: {error}"[:300]
    return found


def main(names: list[str]) -> None:
    """Converts the lists of standard input by each of the named libraries."""
    os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"  # else it asks the network for prices
    lists, output = json.load(sys.stdin), sys.stdout
    sys.stdout = sys.stderr  # what a library prints is no answer
    json.dump({name: convert_lists(name, lists) for name in names}, output)


if __name__ == "__main__":
    main(sys.argv[1:])
