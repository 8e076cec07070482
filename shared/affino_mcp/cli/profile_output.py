"""Prints profiles in a shell."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from affino_mcp.admin.operator_audit import describe_profile
from affino_mcp.cli.output import print_fields, print_json, print_note
from affino_mcp.cli.service import Service
from affino_mcp.gate.profiles.expiry_notice import find_expiry_notice
from affino_mcp.gate.profiles.profile import PROFILE_TYPE, Profile, ProfileState


def print_profile_with_secret(service: Service, profile: Profile, *, as_json: bool) -> None:
    """Prints a profile with its new secret, which an instance elsewhere does not know."""
    shown = {name: getattr(profile, name) for name in ("name", "key", "secret", "rate", "burst")}
    print_profile(shown | {"families": profile.capability.to_json()}, as_json=as_json)
    if instance := service.settings.instance_url:
        print_note(
            f"{instance} refuses this profile until it has the same key and secret there. 'affino-mcp profile adopt' takes over "
            "those that it has there."
        )


def print_profile(document: dict[str, Any], *, as_json: bool) -> None:
    """Prints a profile's document: as JSON, or a line for each field."""
    if as_json:
        print_json(document)
        return
    print_fields({name: value for name, value in document.items() if name != "former"} | _render_long_fields(document))


def _render_long_fields(document: dict[str, Any]) -> dict[str, str]:
    """The lines of the fields that hold more than one value: families, and the previous secret with its uses."""
    found = {"families": format_switches(document["families"])} if "families" in document else {}
    former = document.get("former")
    if former:
        until = former["accepted_until"]
        found["former secret"] = f"replaced {former['replaced']}, accepted until {until or 'then'}"
        for use in former["uses"]:
            who = f"{use['name']} ({use['user_code']})" if use["user_code"] else "an unknown token"
            found[f"  used {use['at']}"] = f"{who}, {'accepted' if use['accepted'] else 'refused'}"
    return found


def format_switches(families: dict[str, list[str]]) -> str:
    """`articles=read,write tasks=read` for the switches of a profile; `none` when all are off."""
    return " ".join(f"{name}={','.join(access)}" for name, access in families.items()) or "none"


def profile_document(profile: Profile, *, enabled: bool) -> dict[str, Any]:
    """Gives a profile as the commands show it: everything except the secret."""
    return {
        "name": profile.name,
        "key": profile.key,
        "type": PROFILE_TYPE,
        "enabled": enabled,
        **describe_profile(profile),
        "created": profile.created,
        "updated": profile.updated,
    }


def print_expiry_notes(states: Iterable[ProfileState], now: datetime) -> None:
    """Prints a note for each profile whose last day is near or over, beside the command's result."""
    for state in states:
        notice = find_expiry_notice(state.profile.terms.expires, now)
        if notice is not None:
            print_note(f"{state.profile.name} {notice.words}.")
