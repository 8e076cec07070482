"""Every kind of call of the login function, with its preparation and its store calls in their order."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

from tests.security.login_stage import Event, LoginStage
from tests.unit.gate.world import PASSWORD
from tests.unit.login_edge.desk import EMAIL

Send = Callable[[], Event]
"""Makes the request; a REST call is signed anew each time."""


def refresh(stage: LoginStage) -> Send:
    access, token = stage.open_session()
    return lambda: stage.signed("GET", "token", AccessToken=access, RefreshToken=token)


def refresh_expired(stage: LoginStage) -> Send:
    send = refresh(stage)
    stage.world.clock.move(stage.world.settings.session_lifetime)
    return send


def refresh_again(stage: LoginStage) -> Send:
    send = refresh(stage)
    assert stage.send(send()).status == 200
    return send


def reuse_late(stage: LoginStage) -> Send:
    send = refresh_again(stage)
    stage.world.clock.move(31)
    return send


def log_in_known(stage: LoginStage) -> Send:
    stage.open_session()
    stage.world.sessions.end_all_sessions(7)
    return stage.log_in


def log_out(stage: LoginStage) -> Send:
    access, _ = stage.open_session()
    return lambda: stage.signed("POST", "logout", AccessToken=access)


def log_out_refreshed(stage: LoginStage) -> Send:
    access, token = stage.open_session()
    stage.send(stage.signed("GET", "token", AccessToken=access, RefreshToken=token))
    return lambda: stage.signed("POST", "logout", AccessToken=access)


def read_user(stage: LoginStage) -> Send:
    access, _ = stage.open_session()
    return lambda: stage.signed("GET", "user", AccessToken=access)


def hub_form(path: str) -> Callable[[LoginStage], Send]:
    def prepare(stage: LoginStage) -> Send:
        cookies = stage.browser()
        (session,) = stage.world.sessions.list_sessions(7)
        event = stage.form(path, cookies, Session=session.fingerprint)
        return lambda: event

    return prepare


def connect(stage: LoginStage) -> Send:
    cookies, profile = stage.browser(), stage.profile
    event = stage.form("/hub/connect", cookies, Profile=profile.name, Client="codex")
    return lambda: event


def enter_hub(stage: LoginStage) -> Send:
    event = stage.enter_hub()
    return lambda: event


def relogin(stage: LoginStage) -> Send:
    event = stage.enter_hub(stage.waiting_link())
    return lambda: event


def sign_in(stage: LoginStage) -> Send:
    event = stage.form("/control/sign-in", {}, email=EMAIL, password=PASSWORD)
    return lambda: event


class LoginCall(NamedTuple):
    """A call: its preparation, the status when it is done, the live sessions that it leaves, and its store calls.

    `opens` is True when it opens a session: one that is repeated leaves one more, which nobody knows.
    """

    prepare: Callable[[LoginStage], Send]
    status: int
    live: int
    opens: bool
    store: str


STRANGER: Final = "get_many update get get get"
OPENING: Final = "get query transact"
SIGNED: Final = "get put"
CALLS: Final = {
    "login": LoginCall(lambda s: s.log_in, 200, 1, True, f"{SIGNED} {STRANGER} {OPENING} update update"),
    "login from a known place": LoginCall(log_in_known, 200, 1, True, f"{SIGNED} get_many get get get {OPENING}"),
    "refresh": LoginCall(refresh, 200, 1, False, f"{SIGNED} get get get transact"),
    "refresh of an expired session": LoginCall(refresh_expired, 200, 1, False, f"{SIGNED} get get get query transact"),
    "refresh, the same pair": LoginCall(refresh_again, 200, 1, False, f"{SIGNED} get get get get"),
    "refresh, a late reuse": LoginCall(reuse_late, 401, 0, False, f"{SIGNED} get get get get transact"),
    "logout": LoginCall(log_out, 200, 0, False, f"{SIGNED} get_many get transact"),
    "logout of a refreshed session": LoginCall(
        log_out_refreshed, 200, 0, False, f"{SIGNED} get_many get get get transact"
    ),
    "user": LoginCall(read_user, 200, 1, False, f"{SIGNED} get_many"),
    "hub sign-in": LoginCall(enter_hub, 200, 1, True, f"query get_many {STRANGER} {OPENING} update update get put"),
    "hub sign-out": LoginCall(hub_form("/hub/logout"), 200, 1, False, "delete"),
    "hub end one session": LoginCall(hub_form("/hub/sessions/end"), 303, 0, False, "get get_many query get transact"),
    "hub log out everywhere": LoginCall(
        hub_form("/hub/sessions/end-all"), 200, 0, False, "get get_many get query transact"
    ),
    "hub connect": LoginCall(connect, 200, 2, True, f"get get_many query get_many transact {OPENING} put"),
    "hub relogin": LoginCall(
        relogin,
        200,
        1,
        True,
        f"query get_many {STRANGER} {OPENING} update update get put get get transact get get get query transact",
    ),
    "control sign-in": LoginCall(sign_in, 303, 0, False, f"{STRANGER} update update get put"),
}
