"""What an instance elsewhere offers: its methods and their arguments, as it says itself, kept for five minutes."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import field, replace
from datetime import datetime, timedelta
from typing import Any, Final

from affino_mcp.catalogue.method import Method
from affino_mcp.catalogue.record import Field
from affino_mcp.catalogue.registry import METHODS
from affino_mcp.clock import Clock
from affino_mcp.errors import Refusal
from affino_mcp.http.outgoing import ForeignAnswer
from affino_mcp.instance.elsewhere import CallCredentials, InstanceRefused
from affino_mcp.instance.remote.exchange import InstanceExchange, InstanceRequest
from affino_mcp.instance.remote.refusals import read_refusal
from affino_mcp.instance_errors import InstanceFailed
from affino_mcp.tool_errors import NotOffered
from affino_mcp.value_class import value_class

OFFER_LIFETIME: Final = timedelta(minutes=5)
MAX_KEPT_OFFERS: Final = 64
OFFER_PATH: Final = "/v2"


@value_class
class InstanceOffer:
    """The methods that an instance carries out, each with the names of its arguments; None for all of the catalogue's.

    `version` is that of its REST API, 2 or 1.
    """

    version: int
    methods: Mapping[str, frozenset[str] | None]
    contract: str = ""
    etag: str = ""
    read_at: datetime | None = field(default=None, compare=False)

    def require(self, method: Method, names: Mapping[str, object]) -> None:
        """Raises NotOffered for a method, or an argument by its name, that the instance does not take."""
        if method.name not in self.methods:
            raise NotOffered
        known = self.methods[method.name]
        missing = [] if known is None else [name for name in names if name not in known]
        if missing:
            raise NotOffered(argument=missing[0])

    def lists_argument(self, method: Method, argument: Field) -> bool:
        """True when the instance says by name that it takes this argument of an offered method."""
        return argument.name in (self.methods[method.name] or ())


FindVersion1 = Callable[[CallCredentials], InstanceOffer | None]
"""Finds out what an instance without version 2 offers; None when it has no version 1 either."""


class OfferCache:
    """Keeps what the instance offers to each profile. A stale offer is used while it is asked for anew beside the call."""

    def __init__(self, exchange: InstanceExchange, clock: Clock, find_version1: FindVersion1) -> None:
        self._exchange, self._clock, self._find_version1 = exchange, clock, find_version1
        self._kept: dict[str, InstanceOffer] = {}

    def find(self, credentials: CallCredentials) -> InstanceOffer:
        """Gives what the instance offers, at once when it is known. Raises InstanceRefused when it does not say."""
        return self._kept.get(credentials.key) or self._ask(credentials, None)

    @contextmanager
    def renewed_beside(self, credentials: CallCredentials) -> Iterator[None]:
        """Asks anew for a stale offer beside the work in the body, and is done when the body is done."""
        kept = self._kept.get(credentials.key)
        if kept is None or not self._is_stale(kept):
            yield
            return
        self._kept[credentials.key] = replace(kept, read_at=self._clock())  # other calls do not ask too
        asking = threading.Thread(target=self._renew, args=(credentials, kept), daemon=True)
        asking.start()
        try:
            yield
        finally:
            asking.join(timeout=max(0, self._exchange.seconds_left()))

    def _is_stale(self, offer: InstanceOffer) -> bool:
        return offer.read_at is None or self._clock() - offer.read_at >= OFFER_LIFETIME

    def _renew(self, credentials: CallCredentials, kept: InstanceOffer) -> None:
        try:
            self._ask(credentials, kept)
        except InstanceRefused:
            return  # the exchange has logged it; the known offer goes on

    def _ask(self, credentials: CallCredentials, kept: InstanceOffer | None) -> InstanceOffer:
        headers = {"If-None-Match": kept.etag} if kept and kept.etag else {}
        answer = self._exchange.send(InstanceRequest("GET", OFFER_PATH, headers=headers), credentials, again=True)
        if answer.status == 304 and kept is not None:
            return self._keep(credentials.key, kept)
        offer = _read_offer(answer)
        if offer is None and answer.status == 404:
            offer = self._find_version1(credentials)
        if offer is None:
            self._exchange.report(f"GET {OFFER_PATH}", answer.error or f"http_{answer.status}", answer)
            refusal = read_refusal(answer)
            raise InstanceRefused(refusal if isinstance(refusal, Refusal) else InstanceFailed(retry_after=5))
        return self._keep(credentials.key, offer)

    def _keep(self, key: str, offer: InstanceOffer) -> InstanceOffer:
        if len(self._kept) >= MAX_KEPT_OFFERS:
            self._kept.clear()
        self._kept[key] = kept = replace(offer, read_at=self._clock())
        return kept


def _read_offer(answer: ForeignAnswer) -> InstanceOffer | None:
    """The offer in an answer of version 2; None when it holds none. Only names that the catalogue has count."""
    document = answer.document
    listed = (document or {}).get("Methods")
    if answer.status != 200 or document is None or not isinstance(listed, dict):
        return None
    known = {name: _read_arguments(entry) for name, entry in listed.items() if name in METHODS}
    return InstanceOffer(2, known, str(document.get("Contract", ""))[:40], answer.headers.get("etag", "")[:200])


def _read_arguments(entry: Any) -> frozenset[str] | None:
    """The names of a method's arguments; None where the instance does not list them."""
    arguments = entry.get("Arguments") if isinstance(entry, dict) else None
    return frozenset(map(str, arguments)) if isinstance(arguments, list) else None
