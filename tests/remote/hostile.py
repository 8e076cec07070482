"""A hostile instance: the way to an instance, on which answers are lost, cut, slowed and forged."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field

import httpx

Forge = Callable[[httpx.Response], httpx.Response]


@dataclass
class HostileWay(httpx.BaseTransport):
    """Passes requests on to `inner`. `before` raises instead of a request, `after` forges its answer or raises.

    Both concern the next `times` requests whose path holds `only`; `seen` are all requests.
    """

    inner: httpx.BaseTransport
    before: Exception | None = None
    after: Forge | Exception | None = None
    times: int = 1_000_000
    only: str = "/v2/accounts"
    seen: list[str] = field(default_factory=list)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.seen.append(f"{request.method} {request.url.path}")
        concerned = self.times > 0 and self.only in request.url.path
        self.times -= concerned
        if concerned and self.before is not None:
            raise self.before
        answer = self.inner.handle_request(request)
        if not concerned or self.after is None:
            return answer
        if isinstance(self.after, Exception):
            raise self.after
        answer.read()
        return self.after(answer)


class SlowBody(httpx.SyncByteStream):
    """A body that never ends; `tick` is called for each part."""

    def __init__(self, tick: Callable[[], None]) -> None:
        self._tick = tick

    def __iter__(self) -> SlowBody:
        return self

    def __next__(self) -> bytes:
        self._tick()
        return b" "


def forged(status: int, content: bytes = b"", **headers: str) -> Forge:
    """An answer of this status and content in the place of the instance's."""
    return lambda _: httpx.Response(status, content=content, headers=headers)


def acting_as(code: str) -> Forge:
    """The instance's answer, in another person's name."""

    def forge(answer: httpx.Response) -> httpx.Response:
        return httpx.Response(answer.status_code, content=answer.content, headers={"ActedAs": code} if code else {})

    return forge


def with_texts_for_codes(answer: httpx.Response) -> httpx.Response:
    """The instance's answer with each account's code as a text, and an attribute that nobody knows."""
    document = json.loads(answer.content)
    document["Account"] |= {"AccountCode": str(document["Account"]["AccountCode"]), "Zodiac": "Lion"}
    return httpx.Response(answer.status_code, json=document, headers={"ActedAs": answer.headers["ActedAs"]})
