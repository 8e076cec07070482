"""The screens API Profile CRM Help and API Profile User Help, generated from the catalogue at each request."""

from __future__ import annotations

from dataclasses import asdict

from starlette.responses import Response

from affino_mcp.admin import method_help
from affino_mcp.admin.signing_example import Example
from affino_mcp.catalogue.registry import METHODS
from affino_mcp.control_edge.screen_request import Ask
from affino_mcp.gate.identity import row_keys
from affino_mcp.gate.identity.permissions import PROFILES_MANAGE
from affino_mcp.gate.profiles.profile import Profile
from affino_mcp.gate.sessions.sessions import REFRESH_LIFETIME_SECONDS


def crm(ask: Ask) -> Response:
    """The page of all families, or of those of one profile; `q` searches the methods."""
    profile, words = _profile(ask), ask.query.get("q", "")
    found = method_help.families(profile, words.casefold().split())
    return ask.page(
        "help_crm.html",
        here="/help/crm",
        families=found,
        profile=profile,
        q=words,
        methods=sum(len(family.methods) for family in found),
        all=len(METHODS),
        warnings=method_help.warnings(),
    )


def user(ask: Ask) -> Response:
    """The page on login, token, logout and user: how a request is signed, with an example to check against."""
    name = ask.centre.settings.instance
    return ask.page(
        "help_user.html",
        here="/help/user",
        public=ask.place.public,
        name=name,
        **asdict(Example.of(name)),
        minutes=ask.centre.settings.session_lifetime // 60,
        days=REFRESH_LIFETIME_SECONDS // 86_400,
    )


def _profile(ask: Ask) -> Profile | None:
    key = ask.query.get("profile", "")[:64]
    row = ask.rows.get(row_keys.profile_key(key)) if ask.may(PROFILES_MANAGE) else None
    return ask.centre.reader.read_version(key, row["version"]) if row else None
