"""Asks an instance elsewhere what an operator wants to know of it: its time, its contract, its methods, and as whom it acts."""

from __future__ import annotations

from affino_mcp.catalogue.registry import METHODS
from affino_mcp.instance.elsewhere import CallCredentials, InstanceAnswers, InstanceOfferings, InstanceRefused
from affino_mcp.instance.remote.exchange import InstanceExchange, InstanceRequest
from affino_mcp.instance.remote.offer import OFFER_PATH, OfferCache
from affino_mcp.value_class import value_class

_NOBODY = CallCredentials("doctor", "0" * 30, "")


@value_class
class InstanceInspection:
    """Asks one instance; nothing is changed there."""

    exchange: InstanceExchange
    offers: OfferCache

    def find_answers(self) -> InstanceAnswers:
        """Asks with credentials that nobody has: a sound instance refuses them."""
        answer = self.exchange.send(InstanceRequest("GET", OFFER_PATH), _NOBODY, again=True)
        return InstanceAnswers(answer.status, answer.error, answer.headers.get("date", ""))

    def find_offerings(self, credentials: CallCredentials) -> InstanceOfferings | None:
        """Asks as a person; None when the instance does not say what it offers."""
        try:
            offer = self.offers.find(credentials)
        except InstanceRefused:
            return None
        answer = self.exchange.send(InstanceRequest("GET", OFFER_PATH), credentials, again=True)
        missing = tuple(name for name in METHODS if name not in offer.methods)
        return InstanceOfferings(offer.version, offer.contract, missing, answer.headers.get("actedas", ""))
