"""An instance elsewhere as a system of record: each call is one signed request of its REST API, as the person."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Final

from affino_mcp.catalogue.call_log import LOG
from affino_mcp.catalogue.capability import Access
from affino_mcp.catalogue.families.always import METHODS as ALWAYS
from affino_mcp.catalogue.item_status import TOTALS
from affino_mcp.catalogue.matching import Values
from affino_mcp.catalogue.method import CONFIRM, DRY_RUN, IDEMPOTENCY_KEY, Method
from affino_mcp.catalogue.registry import METHODS
from affino_mcp.clock import Clock
from affino_mcp.errors import Refusal
from affino_mcp.http.outgoing import NOT_SENT, ForeignAnswer
from affino_mcp.instance.elsewhere import CallCredentials, InstanceRefused, PersonStanding, ToldRow
from affino_mcp.instance.places import PlaceRights, PlacesUnknown
from affino_mcp.instance.port import Actor, Call, Done, OutcomeNotKnown
from affino_mcp.instance.remote.answers import AnswerUnusable, read_done, unwrap_cursor
from affino_mcp.instance.remote.confirming import require_asked, state_confirmation
from affino_mcp.instance.remote.exchange import InstanceExchange
from affino_mcp.instance.remote.inspection import InstanceInspection
from affino_mcp.instance.remote.offer import InstanceOffer, OfferCache
from affino_mcp.instance.remote.outcome import ToldOutcome, ask_outcome, read_outcome
from affino_mcp.instance.remote.refusals import read_refusal
from affino_mcp.instance.remote.requests import method_request, outcome_request
from affino_mcp.instance.remote.told_rows import RowsUnusable, read_told_rows
from affino_mcp.instance.remote.version1.adapter import Version1Adapter
from affino_mcp.instance.upkeep import AskedWrite, SettledWrite, WriteOutcome
from affino_mcp.instance_errors import InstanceFailed
from affino_mcp.store.faults import StoreUnavailable
from affino_mcp.tool_errors import AttributionMismatch, ConfirmationRequired, NotOffered, ToolError, Unexpected

CURRENT_USER: Final = next(method for method in ALWAYS if method.name == "get_current_user")
ACTED_AS: Final = "actedas"
"""The header by which the instance says in whose name it acted."""


class RemoteInstance:
    """See Instance. It keeps no record and no token; the profile's secret is used for signatures alone.

    `exchange` is the way to it, `url` its address. `writes_as_key`: the operator accepts writes to an instance of version 1,
    which acts as the key.
    """

    decides_rights = True

    def __init__(self, url: str, exchange: InstanceExchange, clock: Clock, *, writes_as_key: bool = False) -> None:
        self._exchange = exchange
        self._version1 = Version1Adapter(self._exchange, writes_as_key)
        self._offers = OfferCache(self._exchange, clock, self._version1.find_offer)
        self._url = url

    @property
    def inspection(self) -> InstanceInspection:
        """What operators ask of the instance."""
        return InstanceInspection(self._exchange, self._offers)

    def list_offered(self, profile: str, credentials: CallCredentials | None) -> frozenset[str]:  # noqa: ARG002 (see Instance)
        """See Instance."""
        return frozenset(self._offers.find(_require_token(credentials)).methods)

    def describe_person(self, call: Call) -> PersonStanding:
        """See Instance: one request. Version 1 says nothing of rights: the person may have those of all that it offers."""
        offer = self._offers.find(_require_token(call.credentials))
        if offer.version == 1:
            return PersonStanding(is_staff=False, rights=frozenset(METHODS[name].right for name in offer.methods))
        body = self.perform(CURRENT_USER, {}, call).body
        rights = body.get("Rights")
        return PersonStanding(
            body.get("Staff") is True, frozenset(map(str, rights if isinstance(rights, list) else ()))
        )

    def explain_places(self, person: Actor, kind: str, at: datetime) -> list[PlaceRights]:  # noqa: ARG002 (see Instance)
        """See Instance. No person's token is here to ask with."""
        raise PlacesUnknown(f"The records of this service are those of {self._url}: that instance alone decides here.")

    def tell_outcome(self, asked: AskedWrite, credentials: CallCredentials) -> SettledWrite:
        """See OutcomeTeller: one request, signed by the profile, which names the person and carries no token."""
        question = outcome_request(asked.key, asked.request, asked.user_code)
        told = read_outcome(self._exchange.send(question, credentials, again=True))
        return SettledWrite(told.outcome, record=told.record)

    def perform(self, method: Method, values: Values, call: Call) -> Done:
        """See Instance."""
        call, credentials = replace(call, method=method.name), _require_token(call.credentials)
        with self._offers.renewed_beside(credentials):
            offer = self._offers.find(credentials)
            offer.require(method, values)
            is_write = method.access is Access.WRITE and not values.get(DRY_RUN.name)
            word = self._state_confirmation(offer, method, values, call, credentials) if is_write else {}
            if offer.version == 1:
                return self._version1.perform(method, values, call, credentials)
            if is_write:
                return self._write(method, values, word, call, credentials)
            return self._read(method, values, call, credentials)

    def _state_confirmation(
        self, offer: InstanceOffer, method: Method, values: Values, call: Call, credentials: CallCredentials
    ) -> Values:
        """See `state_confirmation`. A call whose key may have been used is not rehearsed: it has an answer already then."""

        def rehearse() -> None:
            if offer.lists_argument(method, DRY_RUN) and IDEMPOTENCY_KEY.name not in values:
                self._read(method, {**values, DRY_RUN.name: True}, replace(call, warnings=[]), credentials)

        return state_confirmation(method, values, call, takes=offer.lists_argument(method, CONFIRM), rehearse=rehearse)

    def _read(self, method: Method, values: Values, call: Call, credentials: CallCredentials) -> Done:
        asked = unwrap_cursor(call, values)
        answer = self._exchange.send(method_request(method, asked, call.request_id), credentials, again=True)
        refusal = read_refusal(answer)
        if refusal is not None:
            raise self._refused(method, refusal, answer)
        try:
            _require_success(answer)
            _require_same_person(answer, call)
            done = read_done(method, values, call, answer.document or {})
            return replace(done, is_applied=False, told=self._read_rows(method, answer))
        except AnswerUnusable as unusable:
            raise self._failed(method, str(unusable), answer) from unusable

    def _write(self, method: Method, values: Values, word: Values, call: Call, credentials: CallCredentials) -> Done:
        key = values.get(IDEMPOTENCY_KEY.name) or call.repeat_key
        sent = {**values, IDEMPOTENCY_KEY.name: key}
        call.log.begin(key)
        try:
            answer = self._send_write(method, {**sent, **word}, call, credentials)
        except ConfirmationRequired as required:
            require_asked(method, values, call, required)
            answer = self._send_write(method, {**sent, CONFIRM.name: True}, call, credentials)
        told = self._read_written(method, answer) or self._ask_outcome(method, key, call, answer)
        if told.acted_as != str(call.actor.user_code):
            raise AttributionMismatch
        done = replace(_written(method, values, call, told), told=self._read_rows(method, answer))
        if TOTALS in done.body:
            with suppress(StoreUnavailable):  # the items are made all the same
                call.charge_items(int(done.body[TOTALS].get("asked", 1)) - 1)
        return done

    def _send_write(self, method: Method, values: Values, call: Call, credentials: CallCredentials) -> ForeignAnswer:
        answer = self._exchange.send(method_request(method, values, call.request_id), credentials)
        refusal = read_refusal(answer)
        if isinstance(refusal, ConfirmationRequired):
            self._require_asker(method, values, call, answer)
        if refusal is not None and not isinstance(refusal, Unexpected):  # a fault does not say how far the write came
            raise self._refused(method, refusal, answer)
        if answer.error in NOT_SENT:
            raise self._failed(method, answer.error, answer)
        return answer

    def _require_asker(self, method: Method, values: Values, call: Call, answer: ForeignAnswer) -> None:
        """Raises InstanceRefused when the instance asks in another person's name, or for what it was told already."""
        if values.get(CONFIRM.name):
            raise self._failed(method, "asks_again", answer)
        try:
            _require_same_person(answer, call)
        except AnswerUnusable as unusable:
            raise self._failed(method, str(unusable), answer) from unusable

    def _read_written(self, method: Method, answer: ForeignAnswer) -> ToldOutcome | None:
        """What an answer to a write says; None when it says nothing, so that the instance must be asked."""
        try:
            _require_success(answer)
        except AnswerUnusable as unusable:
            self._exchange.report(method.name, str(unusable), answer)
            return None
        return ToldOutcome(WriteOutcome.APPLIED, answer.document, answer.headers.get(ACTED_AS, ""))

    def _ask_outcome(self, method: Method, key: str, call: Call, answer: ForeignAnswer) -> ToldOutcome:
        told = ask_outcome(self._exchange, key, call.request_id, _require_token(call.credentials))
        if told.outcome is WriteOutcome.NOT_APPLIED:
            raise self._failed(method, "not_applied", answer)
        if told.outcome is WriteOutcome.UNKNOWN:
            raise OutcomeNotKnown
        return told

    def _read_rows(self, method: Method, answer: ForeignAnswer) -> tuple[ToldRow, ...]:
        """What the instance's own log says of a call; nothing, and a line in our log, when it makes no sense."""
        try:
            return read_told_rows((answer.document or {}).get(LOG))
        except RowsUnusable:
            self._exchange.report(method.name, "log_unusable", answer)
            return ()

    def _refused(self, method: Method, refusal: ToolError | Refusal, answer: ForeignAnswer) -> Exception:
        """What to raise for a refusal. The log has a line of those with which the operator of this service is concerned."""
        if isinstance(refusal, ToolError):
            return refusal
        if isinstance(refusal, InstanceFailed):
            self._exchange.report(method.name, f"http_{answer.status}", answer)
        return InstanceRefused(refusal)

    def _failed(self, method: Method, error: str, answer: ForeignAnswer) -> InstanceRefused:
        self._exchange.report(method.name, error, answer)
        return InstanceRefused(InstanceFailed(retry_after=1))


def _require_token(credentials: CallCredentials | None) -> CallCredentials:
    if credentials is None:
        raise NotOffered(token=True)
    return credentials


def _require_success(answer: ForeignAnswer) -> None:
    """Raises AnswerUnusable, with the reason, unless the answer is the JSON object of a success."""
    if answer.error:
        raise AnswerUnusable(answer.error)
    if answer.status not in (200, 201):
        raise AnswerUnusable(f"http_{answer.status}")
    if answer.document is None:
        raise AnswerUnusable("not_json")


def _require_same_person(answer: ForeignAnswer, call: Call) -> None:
    """Raises AnswerUnusable for what was read in another person's name."""
    if answer.headers.get(ACTED_AS, str(call.actor.user_code)) != str(call.actor.user_code):
        raise AnswerUnusable("acted_as")


def _written(method: Method, values: Values, call: Call, told: ToldOutcome) -> Done:
    """The answer of a write that was carried out; without its answer, as much as is known."""
    try:
        return read_done(method, values, call, told.answer or {})
    except AnswerUnusable:
        return Done({}, is_applied=True)
