"""Apps on many processes at once: of many exchanges one succeeds, and no call that begins after a grant's end is carried out."""

from __future__ import annotations

import hashlib
import multiprocessing
import sys
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from functools import cache
from io import StringIO
from typing import Any, Final

from affino_mcp import wiring
from affino_mcp.catalogue.capability import Access, Family
from affino_mcp.catalogue.scopes import parse_scopes
from affino_mcp.clock import utc_now
from affino_mcp.gate.grants.consents import AuthorizationRequest, ConsentRequestUnknown, Consents
from affino_mcp.gate.grants.grants import Grants
from affino_mcp.gate.grants.issuing import GrantRefused, IssuedTokens, Issuing
from affino_mcp.gate.grants.oauth_client import ClientProof
from affino_mcp.gate.people.people import People
from affino_mcp.gate.profiles.admission_terms import AdmissionTerms
from affino_mcp.gate.profiles.profile import Profile, ProfileReader
from affino_mcp.gate.profiles.profiles import Profiles
from affino_mcp.local.stores import open_emulator_stores
from affino_mcp.mcp_edge.lambda_handler import LambdaHandler
from affino_mcp.settings import Settings
from scripts.prove.emulated import EmulatedService

EXCHANGERS: Final = 12
ROUNDS: Final = 10
CALLERS: Final = 8
CALLS: Final = 1_000
"""Calls that begin after the end of an app, of all processes together."""
CALLS_AFTER_OTHERS: Final = 200
"""Calls that begin after each other end."""
PUBLIC_URL: Final = "https://mcp.example.com"
BROWSER: Final = "a browser's cookie"
VERIFIER: Final = "v" * 43
GROUP: Final = "Sales"
_REQUEST: Final = AuthorizationRequest(
    client_id="https://app.example/client",
    name="Proof",
    host="app.example",
    proof=ClientProof.DOCUMENT,
    redirect_uri="https://app.example/callback",
    state="",
    challenge=urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode(),
    scopes=parse_scopes("read write"),
)
_SPAWNED: Final = multiprocessing.get_context("spawn")
_PATIENCE_SECONDS: Final = 120


@dataclass
class AppFigures:
    """How many exchanges were made at once and calls after an end, and what went wrong, by name."""

    exchanges: int = 0
    late_calls: int = 0
    faults: list[str] = field(default_factory=list)


class AppOffice:
    """The parts of one process that lets apps in."""

    def __init__(self, settings: Settings) -> None:
        self.settings, stores = settings, open_emulator_stores(settings)
        parts = settings, utc_now
        reader = ProfileReader(stores.database, stores.secrets, settings)
        self.consents = Consents(stores.database, reader, *parts)
        self.issuing, self.grants = Issuing(stores.database, reader, *parts), Grants(stores.database, *parts)
        self.people = People(stores.database, *parts)
        self.profiles = Profiles(stores.database, stores.secrets, *parts)

    def allow(self, txn: str, person: int, profile_key: str) -> str:
        """The person's yes; gives the code."""
        return self.consents.allow(txn, BROWSER, person, profile_key, _REQUEST.scopes)

    def redeem(self, code: str) -> IssuedTokens:
        """The app's exchange of its code."""
        return self.issuing.redeem_code(code, _REQUEST.client_id, _REQUEST.redirect_uri, VERIFIER)

    def connect(self, person: int, profile_key: str) -> IssuedTokens:
        """Everything from the app's request to its tokens."""
        return self.redeem(self.allow(self.consents.begin(_REQUEST, BROWSER), person, profile_key))


@cache
def _office(settings: Settings) -> AppOffice:
    return AppOffice(settings)


def prove_apps(emulated: EmulatedService) -> AppFigures:
    """Makes the exchanges, then the storms; gives the figures."""
    settings, figures = replace(emulated.settings, public_url=PUBLIC_URL), AppFigures()
    office = AppOffice(settings)
    everything: dict[Any, frozenset[Access]] = {Family.ACCOUNTS: frozenset(Access)}
    profile = office.profiles.create("apps", everything, 6_000, 6_000, terms=AdmissionTerms(connectable=(GROUP,)))
    _exchange_at_once(office, emulated.person, profile, figures)
    for name in _ENDS:
        _storm(office, emulated.person, profile, name, figures)
    return figures


def _exchange_at_once(office: AppOffice, person: int, profile: Profile, figures: AppFigures) -> None:
    """Twelve processes redeem one code, use one refresh token, answer one request; one of them succeeds."""
    start = _SPAWNED.Barrier(EXCHANGERS)
    with ProcessPoolExecutor(EXCHANGERS, _SPAWNED, _join_exchangers, (start, office.settings)) as pool:
        for _ in range(ROUNDS):
            for name, values in _exchanges(office, person, profile):
                found = [pool.submit(_exchange, name, *values) for _ in range(EXCHANGERS)]
                succeeded = sum(one.result(_PATIENCE_SECONDS) for one in found)
                figures.exchanges += EXCHANGERS
                figures.faults += [f"{succeeded} of {EXCHANGERS} succeeded: {name}"] if succeeded != 1 else []


def _exchanges(office: AppOffice, person: int, profile: Profile) -> Iterator[tuple[str, tuple[Any, ...]]]:
    yield "allow", (office.consents.begin(_REQUEST, BROWSER), person, profile.key)
    yield "redeem", (office.allow(office.consents.begin(_REQUEST, BROWSER), person, profile.key),)
    yield "rotate", (office.connect(person, profile.key).refresh_token,)


_joined: list[Any] = []


def _join_exchangers(start: Any, settings: Settings) -> None:
    _joined[:] = [start, settings]
    _office(settings)


def _exchange(name: str, *values: Any) -> bool:
    """True when this process succeeds. It waits until all of them are there."""
    start, settings = _joined
    office = _office(settings)
    work: dict[str, Callable[[], object]] = {
        "allow": lambda: office.allow(*values),
        "redeem": lambda: office.redeem(*values),
        "rotate": lambda: office.issuing.rotate(values[0], _REQUEST.client_id),
    }
    start.wait(_PATIENCE_SECONDS)
    try:
        work[name]()
    except (GrantRefused, ConsentRequestUnknown):
        return False
    return True


End = Callable[[AppOffice, IssuedTokens, int], object]
_ENDS: Final[dict[str, tuple[End, int]]] = {
    "app ended": (lambda office, tokens, _: office.grants.end(tokens.grant.grant), CALLS),
    "person off": (lambda office, _, person: office.people.disable(person), CALLS_AFTER_OTHERS),
    "profile off": (lambda office, tokens, _: office.profiles.disable(tokens.grant.profile), CALLS_AFTER_OTHERS),
}
"""What ends the app, and the calls after it; the last one leaves the profile off."""


def _storm(office: AppOffice, person: int, profile: Profile, name: str, figures: AppFigures) -> None:
    """Eight processes call with one access token while its grant is ended, and go on after that."""
    end, calls = _ENDS[name]
    office.people.enable(person)
    tokens = office.connect(person, profile.key)
    done, began, told = _SPAWNED.Event(), _SPAWNED.Semaphore(0), _SPAWNED.Queue()
    given = office.settings, tokens.access_token, calls // CALLERS, done, began, told
    callers = [_SPAWNED.Process(target=_call_until_done, args=given) for _ in range(CALLERS)]
    for caller in callers:
        caller.start()
    for _ in callers:
        began.acquire(timeout=_PATIENCE_SECONDS)
    end(office, tokens, person)
    done.set()
    for early, late, accepted in [told.get(timeout=_PATIENCE_SECONDS) for _ in callers]:
        figures.late_calls += late
        figures.faults += [f"{accepted} calls were carried out after: {name}"] if accepted else []
        figures.faults += [] if early else [f"no call was carried out before: {name}"]
    for caller in callers:
        caller.join(_PATIENCE_SECONDS)


def _call_until_done(settings: Settings, token: str, late: int, done: Any, began: Any, told: Any) -> None:
    """Calls until the grant is ended, and `late` times after that; tells how many calls were carried out before and after."""
    sys.stdout = StringIO()  # the lines of the calls
    handler = LambdaHandler(
        wiring.build_mcp_app(settings, open_emulator_stores(settings), in_thread=False), settings.stage
    )
    early = int(_call(handler, token))
    began.release()
    while not done.is_set():
        early += _call(handler, token)
    told.put((early, late, sum(_call(handler, token) for _ in range(late))))


def _call(handler: LambdaHandler, token: str) -> bool:
    """True when a call was carried out."""
    sent = {
        "Authorization": f"Bearer {token}",
        "Content-Type": "application/json",
        "Accept": "application/json, text/event-stream",
        "Host": PUBLIC_URL.removeprefix("https://"),
    }
    context = {"requestId": "prove", "path": "/oauth/mcp", "identity": {"sourceIp": "203.0.113.7"}}
    event = {
        "resource": "/oauth/mcp",
        "path": "/oauth/mcp",
        "httpMethod": "POST",
        "headers": sent,
        "multiValueHeaders": {name: [value] for name, value in sent.items()},
        "queryStringParameters": None,
        "multiValueQueryStringParameters": None,
        "requestContext": context | {"stage": "live", "httpMethod": "POST"},
        "body": '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"get_current_user","arguments":{}}}',
        "isBase64Encoded": False,
    }
    return bool(handler(event, None)["statusCode"] == 200)
