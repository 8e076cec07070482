"""The screens API Profile CRM Help and API Profile User Help, generated from the catalogue at each request."""

from __future__ import annotations

from dataclasses import asdict

from starlette.responses import Response

from affino_mcp.admin import method_help
from affino_mcp.admin.signing_example import SigningExample
from affino_mcp.catalogue.registry import METHODS
from affino_mcp.control_edge.screen_request import ScreenRequest
from affino_mcp.gate.identity import row_keys
from affino_mcp.gate.identity.permissions import PROFILES_MANAGE
from affino_mcp.gate.profiles.profile import Profile
from affino_mcp.gate.sessions.sessions import REFRESH_LIFETIME_SECONDS


def show_crm_help(ask: ScreenRequest) -> Response:
    """The page of all families, or of those of one profile; `q` searches the methods."""
    profile, words = _find_profile(ask), ask.query_values.get("q", "")
    found = method_help.list_family_help(profile, words.casefold().split())
    return ask.render_page(
        "help_crm.html",
        here="/help/crm",
        families=found,
        profile=profile,
        q=words,
        methods=sum(len(family.methods) for family in found),
        all=len(METHODS),
        warnings=method_help.list_warning_codes(),
    )


def show_user_help(ask: ScreenRequest) -> Response:
    """The page on login, token, logout and user: how a request is signed, with an example to check against."""
    name = ask.centre.settings.instance
    return ask.render_page(
        "help_user.html",
        here="/help/user",
        public=ask.origin.public_url,
        name=name,
        **asdict(SigningExample.from_instance_name(name)),
        minutes=ask.centre.settings.session_lifetime // 60,
        days=REFRESH_LIFETIME_SECONDS // 86_400,
    )


def _find_profile(ask: ScreenRequest) -> Profile | None:
    key = ask.query_values.get("profile", "")[:64]
    row = ask.gate_rows.get(row_keys.profile_key(key)) if ask.has_right(PROFILES_MANAGE) else None
    return ask.centre.profile_reader.read_version(key, row["version"]) if row else None
