"""What follows when a profile has got a secret: the page that shows it, this once, or no page with it at all."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from affino_mcp.control_edge.screen_request import ScreenRequest
from affino_mcp.gate.profiles.profile import Profile


def show_new_secret(ask: ScreenRequest, profile: Profile, made: str) -> Response:
    """The page with key and secret; `made` is `created` or `regenerated`.

    In front of an instance elsewhere the secret was entered: the profile's own page follows, without it.
    """
    if ask.centre.settings.instance_url:
        return ask.redirect(f"/profiles/{profile.key}?done=adopted")
    shown: dict[str, Any] = {"profile": profile, "made": made, "urls": client_urls(ask), "again": False}
    return ask.render_page("secret.html", here="/profiles", now=ask.centre.clock(), **shown)


def client_urls(ask: ScreenRequest) -> dict[str, str]:
    """The URLs at which clients connect and log in."""
    public, name = ask.origin.public_url, ask.centre.settings.instance
    return {"mcp": f"{public}/mcp", "login": f"{public}/rest/{name}/login"}
