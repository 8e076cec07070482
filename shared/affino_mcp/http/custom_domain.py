"""The service's own domain: what API Gateway leaves of its base path in the path of a request."""

from __future__ import annotations

from typing import Any, Final

from affino_mcp.value_class import value_class

MAPPED_PATH_VARIABLE: Final = "basePath"
"""The stage variable of an API that serves a part of the service: the base path at which it is mapped."""


@value_class
class CustomDomain:
    """The domain that the stack is served at (`name`) and the base path below it; both empty without a domain of its own."""

    name: str = ""
    base_path: str = ""

    def path_of_service(self, event: dict[str, Any]) -> dict[str, Any]:
        """Gives API Gateway's event with the path as the service knows it, whatever API and base path it came through."""
        mapped = (event.get("stageVariables") or {}).get(MAPPED_PATH_VARIABLE)
        return _add_mapped_path(event, f"/{mapped}") if mapped else self.strip_base_path(event)

    def strip_base_path(self, event: dict[str, Any]) -> dict[str, Any]:
        """Gives API Gateway's event with the path below the base path.

        At a custom domain the path of a REST API's event begins with the base path (Amazon API Gateway Developer Guide,
        "Input format of a Lambda function for proxy integration"). The event is changed only when it came to this domain, so
        that a path of the service that is named like the base path stays what it is at the API's default address.
        """
        if not self.base_path or not self._is_reached_by(event):
            return event
        prefix, path = f"/{self.base_path}", str(event.get("path") or "/")
        if not f"{path}/".startswith(f"{prefix}/"):
            return event
        return {**event, "path": path[len(prefix) :] or "/"}

    def _is_reached_by(self, event: dict[str, Any]) -> bool:
        context = event.get("requestContext") or {}
        return str(context.get("domainName", "")).casefold() == self.name.casefold()


def _add_mapped_path(event: dict[str, Any], prefix: str) -> dict[str, Any]:
    """The event of an API that is a part of the service, mapped at a base path, which its path begins with or not."""
    path = str(event.get("path") or "/")
    return event if f"{path}/".startswith(f"{prefix}/") else {**event, "path": f"{prefix}{path}".rstrip("/")}


NO_DOMAIN = CustomDomain()
