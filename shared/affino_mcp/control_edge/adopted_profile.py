"""The fields in which an operator enters the key and the secret that a profile has at an instance elsewhere.

A page never has the secret in it: after a fault it is typed again.
"""

from __future__ import annotations

from dataclasses import replace
from secrets import compare_digest
from typing import Any, Final

from affino_mcp.admin.profile_adoption import ADOPTED, AdoptedCredentials, draw_known
from affino_mcp.control_edge.screen_request import ScreenRequest
from affino_mcp.gate.profiles.profile import Profile
from affino_mcp.gate.profiles.profile_form import draw_letters_and_digits
from affino_mcp.gate.profiles.profiles import KEY_CHARACTERS, Profiles
from affino_mcp.http.credential_forms import MAX_KEY_CHARACTERS, MAX_SECRET_CHARACTERS
from affino_mcp.tool_errors import InvalidArgument

_KEY_IS_HERE: Final = "A profile with this key is here already: its page takes over a new secret."
_ENTERED: Final = ("key", "secret")


def read_credentials(ask: ScreenRequest) -> AdoptedCredentials | None:
    """What was entered of key and secret; None where the service draws both itself."""
    if not ask.centre.settings.instance_url:
        return None
    key, secret = (ask.form.get(name, "").strip() for name in _ENTERED)
    return AdoptedCredentials(key, secret)


def find_credential_faults(ask: ScreenRequest) -> dict[str, str]:
    """The faults of key and secret of a new profile, by field."""
    given = read_credentials(ask)
    if given is None:
        return {}
    faults = given.find_faults()
    taken = "key" not in faults and ask.centre.profile_reader.read_current(given.key) is not None
    return faults | ({"key": _KEY_IS_HERE} if taken else {})


def find_adopted(ask: ScreenRequest) -> Profile | None:
    """The profile that is here with the key and the secret that were entered; None when there is none."""
    given = read_credentials(ask)
    if given is None or given.find_faults():
        return None
    state = ask.centre.profile_reader.read_current(given.key)
    found = state.profile if state else None
    return found if found and compare_digest(given.secret, found.secret) else None


def draw_credentials(ask: ScreenRequest) -> tuple[str, Profiles, dict[str, str]]:
    """The key of a new profile, the store that gives it key and secret, and what the API Log says of the secret."""
    given = read_credentials(ask)
    if given is None:
        key = draw_letters_and_digits(KEY_CHARACTERS)
        return key, make_profiles(ask, key), {}
    return given.key, make_profiles(ask, given.key, given.secret), {"secret": ADOPTED}


def draw_secret(ask: ScreenRequest, profile: Profile) -> tuple[Profiles, dict[str, str]]:
    """The store that gives a profile its next secret, and what the API Log says of it.

    Raises InvalidArgument for a secret that was entered and cannot be one, or that the profile has already.
    """
    if (entered := read_credentials(ask)) is None:
        return ask.centre.profiles, {}
    given = replace(entered, key=profile.key)
    given.require_valid()
    if compare_digest(given.secret, profile.secret):
        raise InvalidArgument("secret", "The profile has this secret already.")
    return make_profiles(ask, profile.key, given.secret), {"secret": ADOPTED}


def make_profiles(ask: ScreenRequest, key: str, secret: str = "") -> Profiles:
    """The store of API Profiles that gives this key, and this secret unless it is empty, to the next that needs one."""
    centre = ask.centre
    return Profiles(centre.database, centre.secrets, centre.settings, centre.clock, draw_known(key, secret))


def credential_fields(ask: ScreenRequest) -> dict[str, Any]:
    """What a template needs for the fields: the instance, empty where there is none, and the key as it was typed."""
    limits = {"key": MAX_KEY_CHARACTERS, "secret": MAX_SECRET_CHARACTERS}
    return {"instance": ask.centre.settings.instance_url, "typed_key": ask.form.get("key", ""), "limits": limits}
