"""The user calls: login, hand-off login, new tokens, and the user behind a token."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tests.version1.crm import read_body, trim
from tests.version1.habits import Json
from tests.version1.records import Record, Records
from tests.version1.replies import Failure, Reply, Request, write_json
from tests.version1.seed import HAND_OFF_TOKEN

LIFETIME = timedelta(seconds=3600)
GROUP_NAMES = {7: "Editors", 8: "Sales"}


@dataclass(frozen=True)
class Tokens:
    """One pair of tokens of one user."""

    user: int
    access: str
    refresh: str
    until: datetime


@dataclass
class People:
    """The handlers directly below /rest/{dbname}. `tokens` has the pairs that are good, by access token."""

    records: Records
    clock: Callable[[], datetime]
    tokens: dict[str, Tokens] = field(default_factory=dict)
    made: int = 0

    def log_in(self, request: Request) -> Reply:
        """Tokens for an email and a password."""
        body = read_body(request)
        email, password = str(body.get("Email", "")).strip().lower(), str(body.get("Password", ""))
        for user in self.records.users.rows.values():
            if email and email == str(user.values.get("PrimaryEmail", "")).lower():
                return write_json(200, self._open(user, password))
        raise Failure(400, -10, "Email is invalid.")

    def _open(self, user: Record, password: str) -> Json:
        if not password or password != user.values.get("Password") or user.values.get("Disabled"):
            raise Failure(403, -110, "The User does not have sufficient permissions.")
        return self._issue(user.code)

    def hand_off(self, request: Request) -> Reply:
        """Tokens for a hand-off token, with the code of its user."""
        body = read_body(request)
        if body.get("Token") != HAND_OFF_TOKEN or not body.get("IPAddress") or not body.get("Browser"):
            raise Failure(403, -110, "The User does not have sufficient permissions.")
        user = min(self.records.users.rows)
        return write_json(200, {**self._issue(user), "UserCode": str(user)})

    def _issue(self, user: int) -> Json:
        self.made += 1
        access, refresh = (str(uuid.uuid5(uuid.NAMESPACE_URL, f"{kind}/{user}/{self.made}")) for kind in ("a", "r"))
        self.tokens[access] = Tokens(user, access, refresh, self.clock() + LIFETIME)
        return {"AccessToken": access, "RefreshToken": refresh, "Expires": str(LIFETIME.seconds)}

    def renew(self, request: Request) -> Reply:
        """A new pair for an old one, also after its hour; the old one is good no more."""
        access, refresh = (request.headers.get(name, "") for name in ("accesstoken", "refreshtoken"))
        pair = self.tokens.get(access)
        if pair is None or pair.refresh != refresh:
            raise Failure(401, -107, "RefreshToken is invalid")
        del self.tokens[access]
        return write_json(200, self._issue(pair.user))

    def get_user(self, request: Request) -> Reply:
        """The basic record of the user behind the access token."""
        user = self._find_user(request)
        groups = self.records.groups.get(user.code, ())
        basic = {name: user.values.get(name, "") for name in ("FirstName", "LastName", "PrimaryEmail", "UIDString")}
        codes = {"UserCode": str(user.code), "SecurityCodes": ",".join(map(str, groups))}
        names = ",".join(GROUP_NAMES[group] for group in groups)
        return write_json(200, trim({**codes, **basic, "SecurityGroups": names}, request))

    def get_groups(self, request: Request) -> Reply:
        """The codes of the user's security groups, as a list with commas."""
        groups = self.records.groups.get(self._find_user(request).code, ())
        return write_json(200, {"SecurityGroups": ",".join(map(str, groups))})

    def _find_user(self, request: Request) -> Record:
        pair = self.tokens.get(request.headers.get("accesstoken", ""))
        if pair is None or pair.until <= self.clock():
            raise Failure(401, -108, "AccessToken is invalid")
        return self.records.users.find(pair.user, 401)
