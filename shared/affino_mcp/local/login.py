"""Logs in as clients do: by one signed POST to the login URL."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import field
from datetime import datetime, timedelta

import httpx

from affino_mcp import NAME, VERSION
from affino_mcp.clock import Clock, utc_now
from affino_mcp.connect.credentials import ClientCredentials
from affino_mcp.errors import AffinoError
from affino_mcp.http.request_signature import signed_headers
from affino_mcp.local.network import make_local_client
from affino_mcp.value_class import value_class


class LoginFailed(AffinoError):
    """The login URL does not answer, or refuses the login."""

    type = "login_failed"


@value_class
class Login:
    """A new AccessToken with its RefreshToken and the time when it expires."""

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    expires: datetime


def log_in(
    url: str,
    key: str,
    secret: str,
    email: str,
    password: str,
    *,
    http: Callable[[], httpx.Client] = make_local_client,
    clock: Clock = utc_now,
) -> Login:
    """Opens a session for a person.

    Takes the login URL, the profile's API Key and API Secret, and the person's e-mail address and password. Raises
    LoginFailed with the service's own text.
    """
    body = json.dumps({"Email": email, "Password": password}).encode()
    began = clock()
    headers = signed_headers("POST", path_to_sign(url), body, key, secret, began)
    try:
        with http() as opened:
            answer = opened.post(url, content=body, headers=headers | {"User-Agent": f"{NAME}/{VERSION}"})
    except httpx.HTTPError:
        raise LoginFailed(
            f"Nothing answers at {url}. Is the service running? ('affino-mcp local status' says.)"
        ) from None
    if answer.status_code != 200:
        raise LoginFailed(f"The login was refused ({answer.status_code}): {_read_reason(answer)}")
    found = answer.json()
    return Login(found["AccessToken"], found["RefreshToken"], began + timedelta(seconds=int(found["Expires"])))


def path_to_sign(url: str) -> str:
    """The part of the login URL that is signed: the path from `/rest/` on, without the API stage."""
    path = httpx.URL(url).path
    return path[path.rindex("/rest/") :] if "/rest/" in path else path


def make_mcp_headers(token: str, key: str, secret: str) -> dict[str, str]:
    """The three headers of every MCP call."""
    return ClientCredentials(token, key, secret).headers


def _read_reason(answer: httpx.Response) -> str:
    try:
        return str(answer.json()["error"]["message"])
    except (ValueError, KeyError, TypeError):
        return "no reason given"
