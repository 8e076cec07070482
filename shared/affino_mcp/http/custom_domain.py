"""The service's own domain: what API Gateway leaves of its base path in the path of a request."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class CustomDomain:
    """The domain that the stack is served at (`name`) and the base path below it; both empty without a domain of its own."""

    name: str = ""
    base_path: str = ""

    def strip_base_path(self, event: dict[str, Any]) -> dict[str, Any]:
        """Gives API Gateway's event with the path below the base path.

        At a custom domain the path of a REST API's event begins with the base path (Amazon API Gateway Developer Guide,
        "Input format of a Lambda function for proxy integration"). The event is changed only when it came to this domain, so
        that a path of the service that is named like the base path stays what it is at the API's default address.
        """
        prefix, path = f"/{self.base_path}", str(event.get("path") or "/")
        if not self.base_path or not self._is_reached_by(event) or not f"{path}/".startswith(f"{prefix}/"):
            return event
        return {**event, "path": path[len(prefix) :] or "/"}

    def _is_reached_by(self, event: dict[str, Any]) -> bool:
        context = event.get("requestContext") or {}
        return str(context.get("domainName", "")).casefold() == self.name.casefold()


NO_DOMAIN = CustomDomain()
