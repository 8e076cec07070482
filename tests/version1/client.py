"""A version 1 client that knows only the public description: it signs, sends, and gives what came."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from tests.version1.signature import Headers, sign


@dataclass(frozen=True)
class Answer:
    """What came back: `document` is none where the body is empty or no JSON."""

    status: int
    text: str
    headers: Headers = field(default_factory=dict)

    @property
    def document(self) -> Any:
        """The body's JSON."""
        try:
            return json.loads(self.text)
        except ValueError:
            return None


Send = Callable[[str, str, str, Headers, str], Answer]
"""Sends method, path, query (without its mark), headers and body."""


@dataclass
class Version1Client:
    """Calls with one key. `tokens` are headers that go with every call, such as `AccessToken`.

    Each call is stamped a millisecond later than the one before it, as no signature is taken twice.
    """

    send: Send
    key: str
    secret: str
    clock: Callable[[], datetime]
    dbname: str = "demo"
    tokens: Headers = field(default_factory=dict)
    signs_queries: bool = False
    calls: int = 0

    def call(self, method: str, path: str, query: str = "", body: Any = None, **extra: str) -> Answer:
        """One signed call of a path below /rest/{dbname}; `extra` are more headers, and an empty one takes its away.

        The query is signed with the path for consents, as the description has it, and for others if `signs_queries`.
        """
        self.calls += 1
        whole = f"/rest/{self.dbname}{path}"
        text = "" if body is None else json.dumps(body)
        is_signed = query.startswith("permissions=") or (query and self.signs_queries)
        signed = f"{whole}?{query}" if is_signed else whole
        at = self.clock() + timedelta(milliseconds=self.calls)
        headers = sign(method, signed, text, self.key, self.secret, at)
        given = {**headers, **self.tokens, **extra}
        return self.send(method, whole, query, {name: value for name, value in given.items() if value}, text)

    def log_in(self, email: str, password: str) -> Answer:
        """Logs in; later calls carry the access token."""
        answer = self.call("POST", "/login", body={"Email": email, "Password": password})
        if answer.status == 200:
            self.tokens = {"AccessToken": answer.document["AccessToken"]}
        return answer

    def walk(self, path: str, key: str, query: str = "") -> list[Any]:
        """All rows of a list, page after page, until a page is empty. `key` names the rows in the answer."""
        rows: list[Any] = []
        start = "0"
        while True:
            page = self.call("GET", path, "&".join(filter(None, [f"StartCode={start}", query]))).document
            if not page[key]:
                return rows
            rows += page[key]
            start = str(page["LastRecordCode"])
