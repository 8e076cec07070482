"""A seller in front of a service whose instance is an independent one of version 1."""

from __future__ import annotations

from dataclasses import replace

from affino_mcp.settings import Settings
from tests.remote.hostile import HostileWay
from tests.version1.habits import Habits
from tests.version1.instance import DBNAME, InstanceTransport, Version1Instance
from tests.world import BUILTIN, INSTANCE_URL, World, WorldClient


class Version1Stage:
    """The service, the instance, and a client of a seller. The instance knows the profile's key and secret."""

    def __init__(self, habits: Habits, writes: str) -> None:
        settings = Settings(instance_url=INSTANCE_URL, instance=DBNAME, instance_writes=writes)
        self.world = World(settings=settings, kind=BUILTIN)
        self.instance = Version1Instance(habits.seed, self.world.clock, habits)
        self.way = HostileWay(InstanceTransport(self.instance))
        self.world.stores = replace(self.world.stores, to_instance=self.way)
        self.handler = self.world.new_handler()
        self.profile = self.world.create_profile()
        self.instance.guard.key, self.instance.guard.secret = self.profile.key, self.profile.secret
        person = self.world.create_person("Sal", "Seller", "Sales")
        headers = self.world.log_in(self.profile, person)
        self.client = WorldClient(self.world, self.handler, headers, is_described=False)

    def made(self) -> list[str]:
        """The names of the accounts that were not there at the start."""
        known = set(Version1Instance(self.instance.seed, self.world.clock).records.accounts.rows)
        rows = self.instance.records.accounts.rows
        return [str(row.values["Name"]) for code, row in rows.items() if code not in known]
