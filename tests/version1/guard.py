"""Who may ask: the key, the signature, the time, the body's hash, and no signature twice."""

from __future__ import annotations

import hmac
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tests.version1.replies import Failure, Request
from tests.version1.signature import hash_body, make_signature, read_stamp

REMEMBERED = timedelta(minutes=30)
CLOCK_WINDOW = timedelta(minutes=15)
_LIST = re.compile(r"/crm/v1/(accounts|users)$")
_CONSENT = re.compile(r"/crm/v1/users/\d+$")


def list_patterns(request: Request) -> list[str]:
    """The forms of the URI that this request may be signed with.

    A list of accounts or users is signed without its query, a consent with it; of others nothing is known: both.
    """
    whole = f"{request.path}?{request.query}"
    if not request.query or (request.method == "GET" and _LIST.search(request.path)):
        return [request.path]
    if _CONSENT.search(request.path) and "permissions" in request.query:
        return [whole]
    return [request.path, whole]


@dataclass
class Guard:
    """Lets a request in when it is signed by the key that this instance knows."""

    key: str
    secret: str
    clock: Callable[[], datetime]
    seen: dict[str, datetime] = field(default_factory=dict)

    def admit(self, request: Request) -> None:
        """Remembers the signature of a request that may pass. Raises Failure for any other."""
        headers = request.headers
        if not headers.get("user-agent", "").strip():
            raise Failure(400, -1, "User-Agent is missing")
        if not headers.get("apikey"):
            raise Failure(401, -101, "API Key is missing")
        if headers["apikey"] != self.key:
            raise Failure(401, -102, "API Key is invalid")
        self._check_stamp(headers.get("timestamp", ""))
        if headers.get("md5", "").upper() != hash_body(request.text):
            raise Failure(401, -104, "MD5 is invalid")
        self._check_signature(request, headers.get("signature", "").upper())

    def _check_stamp(self, stamp: str) -> None:
        moment = read_stamp(stamp)
        if moment is None or abs(self.clock() - moment) > CLOCK_WINDOW:
            raise Failure(401, -103, "TimeStamp is invalid")

    def _check_signature(self, request: Request, given: str) -> None:
        stamp = request.headers["timestamp"]
        expected = [
            make_signature(request.method, pattern, request.text, self.secret, stamp)
            for pattern in list_patterns(request)
        ]
        if not any(hmac.compare_digest(one.encode(), given.encode()) for one in expected):
            raise Failure(401, -105, "Signature is invalid")
        now = self.clock()
        self.seen = {one: at for one, at in self.seen.items() if now - at < REMEMBERED}
        if given in self.seen:
            raise Failure(401, -106, "Signature was used before")
        self.seen[given] = now
