"""The client in front of an instance in this process."""

from __future__ import annotations

from tests.clock import TestClock
from tests.version1.client import Answer, Version1Client
from tests.version1.habits import Habits
from tests.version1.instance import Version1Instance
from tests.version1.replies import Request
from tests.version1.signature import Headers


def connect_client(instance: Version1Instance) -> Version1Client:
    """A client with the instance's own key."""

    def send(method: str, path: str, query: str, headers: Headers, body: str) -> Answer:
        named = {name.lower(): value for name, value in headers.items()}
        reply = instance.answer(Request(method, path, query, named, body.encode()))
        return Answer(reply.status, reply.body.decode(), reply.headers)

    return Version1Client(send, instance.key, instance.secret, instance.clock)


def start_instance(seed: int = 0, habits: Habits | None = None) -> tuple[Version1Instance, Version1Client]:
    """An instance on a clock that stands still, and its client."""
    instance = Version1Instance(seed, TestClock(), habits)
    return instance, connect_client(instance)
