"""A seller in front of a service whose instance is reached by a hostile way."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from affino_mcp.instance.elsewhere import CallCredentials
from affino_mcp.instance.remote.exchange import InstanceExchange
from affino_mcp.instance.remote.requests import outcome_request
from tests.remote.hostile import HostileWay
from tests.world import INSTANCE_URL, REMOTE, World, WorldClient


class RemoteStage:
    """The service, the way to its instance, and a client of a seller, which knows what the instance offers."""

    def __init__(self) -> None:
        self.world = World(kind=REMOTE)
        assert self.world.stores.to_instance is not None
        self.way = HostileWay(self.world.stores.to_instance)
        self.world.stores = replace(self.world.stores, to_instance=self.way)
        self.handler = self.world.new_handler()
        self.profile = self.world.create_profile()
        self.person = self.world.create_person("Sal", "Seller", "Sales")
        self.client = WorldClient(self.world, self.handler, self.world.log_in(self.profile, self.person))
        self.client.list_tool_names()

    def names(self) -> list[str]:
        """The accounts that the instance holds."""
        self.way.times = 0
        return [each["Name"] for each in self.client.call_tool("list_accounts").result["Items"]]

    def rows(self, method: str = "create_account") -> list[tuple[str, int]]:
        """How each row of a method in the service's log ended."""
        return [(row["outcome"], row["status"]) for row in self.world.audit_rows(begun=True) if row["method"] == method]

    def credentials(self) -> CallCredentials:
        """What the seller's client sends."""
        token = self.client.headers["Authorization"].removeprefix("Bearer ")
        return CallCredentials(self.profile.key, self.profile.secret, token)

    def ask(self, key: str, credentials: CallCredentials, user_code: int | None = None) -> dict[str, Any]:
        """What the instance says of the write with this key, whichever request sent it."""
        way = InstanceExchange(INSTANCE_URL, self.world.settings.instance, self.world.clock, self.way)
        return way.send(outcome_request(key, "", user_code), credentials).document or {}
