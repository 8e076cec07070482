"""The pages of a signed-in person at the Hub, whichever function serves them, and the way back to one after signing in."""

from __future__ import annotations

from typing import Final
from urllib.parse import quote

HUB_STATIC_PATH: Final = "/hub/static"
"""Where style, script and pictures of the Hub's pages are."""
CONNECT_PATH: Final = "/hub/connect"
WORK_PATH: Final = "/hub/work"
FILES_PLACE: Final = f"{WORK_PATH}/files"
SESSIONS_PATH: Final = "/hub/sessions"
APPS_PATH: Final = "/hub/apps"
PASSWORD_PATH: Final = "/hub/password"  # noqa: S105 (an address)
LOGIN_PATH: Final = "/hub/login"

HUB_PLACES: Final = (
    (CONNECT_PATH, "Connect"),
    (WORK_PATH, "My agent's work"),
    (FILES_PLACE, "Import and export"),
    (SESSIONS_PATH, "Sessions"),
    (APPS_PATH, "Connected apps"),
    (PASSWORD_PATH, "Password"),
)
"""Path and name of each page, as the navigation lists them."""
_MAX_PATH_CHARACTERS: Final = 500


def login_path_for(place: str) -> str:
    """Gives the path of the login form that leads to this page of the Hub afterwards."""
    return f"{LOGIN_PATH}?next={quote(place, safe='')}"


def safe_hub_path(place: str) -> str:
    """Gives the path, with its query, when it is one of HUB_PLACES or below one; empty for anything else."""
    path = place.partition("?")[0]
    known = any(path == own or path.startswith(f"{own}/") for own, _ in HUB_PLACES)
    sound = place.isascii() and place.isprintable() and not set('\\"<> #') & set(place) and ".." not in path
    return place if known and sound and len(place) <= _MAX_PATH_CHARACTERS else ""
