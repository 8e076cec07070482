"""The MCP edge as a Lambda handler: events in, answers out, and an event loop for the MCP library alone."""

from __future__ import annotations

from typing import Any

from affino_mcp.http.answer_bound import ALWAYS_FITS, bound_answer
from affino_mcp.http.custom_domain import NO_DOMAIN, CustomDomain
from affino_mcp.http.rest_event import event_answer, event_body, event_scope, run_at_once
from affino_mcp.mcp_edge.app import McpApp


class LambdaHandler:
    """Call it with an event of the REST API and its context: gives the API's answer, within Lambda's limit."""

    def __init__(self, app: McpApp, stage: str, domain: CustomDomain = NO_DOMAIN) -> None:
        self._app, self._stage, self._domain = app, stage, domain

    def __call__(self, event: dict[str, Any], context: Any) -> dict[str, Any]:
        """Answers one event."""
        scope = event_scope(self._domain.path_of_service(event), context, self._stage)
        reply = run_at_once(self._app.respond(scope, event_body(event)))
        answer = event_answer(reply.status, reply.sent_headers, reply.body.decode())
        return answer if len(answer["body"]) <= ALWAYS_FITS else bound_answer(answer, event)

    def close(self) -> None:
        """Ends the MCP library's application, if it was needed; a Lambda process never does."""
        self._app.library.close()
