"""The service that a command works on: its connection, its stores, and the services on them."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Final

import httpx
import typer

from affino_mcp import wiring
from affino_mcp.admin.profile_adoption import draw_known
from affino_mcp.cli.target import DeployedStack, choose_target
from affino_mcp.clock import Clock, utc_now
from affino_mcp.gate.connections import Connections
from affino_mcp.gate.identity import row_keys
from affino_mcp.gate.identity.emails import is_plausible_email
from affino_mcp.gate.identity.person import Person, is_user_code
from affino_mcp.gate.people.passwords import Passwords
from affino_mcp.gate.people.people import People
from affino_mcp.gate.people.registration import Registration
from affino_mcp.gate.profiles.deletion import ProfileDeletion
from affino_mcp.gate.profiles.previous_secret_uses import PreviousSecretUses
from affino_mcp.gate.profiles.profile import ProfileState
from affino_mcp.gate.profiles.profile_form import fold_profile_name, is_possible_name
from affino_mcp.gate.profiles.profiles import Profiles
from affino_mcp.gate.sessions.sessions import Sessions
from affino_mcp.instance.places import PLACE_KINDS, PlaceRights
from affino_mcp.instance.record_restorer import RecordRestorer
from affino_mcp.instance.reindexing import IndexUpkeep
from affino_mcp.instance.upkeep import ContactErasure, StaffContacts
from affino_mcp.local import connection
from affino_mcp.local.connection import Connection
from affino_mcp.local.network import make_local_client
from affino_mcp.local.places import CONNECTION_FILE
from affino_mcp.local.stores import open_emulator_stores
from affino_mcp.settings import Settings
from affino_mcp.store.ops import Item
from affino_mcp.store.stacks import Stack, describe_stack, stack_settings
from affino_mcp.store.table_reader import open_table_reader
from affino_mcp.tool_errors import NotFound
from affino_mcp.value_class import value_class
from affino_mcp.wiring import Stores

_LIST_PROFILES: Final = "'affino-mcp profile list' shows them all."


@value_class
class Service:
    """One service: its connection and stores, the clock, and its stack if deployed.

    `make_client` makes a client for its public endpoints; `pause` waits for a number of seconds.
    """

    connection: Connection
    stores: Stores
    clock: Clock = utc_now
    make_client: Callable[[], httpx.Client] = make_local_client
    pause: Callable[[float], None] = time.sleep
    stack: Stack | None = None

    @property
    def settings(self) -> Settings:
        """The settings that the service runs with."""
        return self.connection.settings

    @cached_property
    def profiles(self) -> Profiles:
        """The store of API Profiles."""
        return Profiles(self.stores.database, self.stores.secrets, self.settings, self.clock)

    def profiles_with(self, key: str, secret: str = "") -> Profiles:
        """The store of API Profiles that gives this key, and this secret, to the next profile that needs one."""
        draw = draw_known(key, secret)
        return Profiles(self.stores.database, self.stores.secrets, self.settings, self.clock, draw)

    @cached_property
    def profile_deletion(self) -> ProfileDeletion:
        """Deletes API Profiles."""
        return ProfileDeletion(self.stores.database, self.stores.secrets, self.settings, self.clock)

    @cached_property
    def previous_secret_uses(self) -> PreviousSecretUses:
        """Which clients still use the previous secret of a profile."""
        return PreviousSecretUses(self.stores.database, self.settings, self.clock)

    @cached_property
    def people(self) -> People:
        """The store of people."""
        return People(self.stores.database, self.settings, self.clock)

    @cached_property
    def staff(self) -> StaffContacts:
        """The contacts of people who can log in."""
        return wiring.build_operator_ports(self.stores, self.settings).staff_contacts

    @cached_property
    def registration(self) -> Registration:
        """Makes people."""
        return Registration(self.staff, self.stores.database, self.settings, self.clock)

    @property
    def public_url(self) -> str:
        """The service's own address, below which the Hub is."""
        return self.connection.login_url.partition("/rest/")[0]

    def explain_places(self, person: Person) -> dict[str, list[PlaceRights]]:
        """What the person may do in each place of the instance, by kind of place. Raises PlacesUnknown."""
        instance, now = wiring.instance(self.stores, self.settings), self.clock()
        return {kind: instance.explain_places(person, kind, now) for kind in PLACE_KINDS}

    @cached_property
    def contact_erasure(self) -> ContactErasure:
        """The erasure of contacts on request."""
        return wiring.build_operator_ports(self.stores, self.settings).contact_erasure

    @cached_property
    def index_upkeep(self) -> IndexUpkeep:
        """The upkeep of the rows that lists and searches find records by."""
        return wiring.build_operator_ports(self.stores, self.settings).index_upkeep

    @cached_property
    def record_restorer(self) -> RecordRestorer:
        """The restore of deleted records."""
        return wiring.build_operator_ports(self.stores, self.settings).record_restorer

    @cached_property
    def passwords(self) -> Passwords:
        """The store of passwords."""
        return Passwords(self.stores.database, self.settings)

    @cached_property
    def sessions(self) -> Sessions:
        """The store of people's sessions."""
        return Sessions(self.stores.database, self.settings, self.clock)

    @cached_property
    def connections(self) -> Connections:
        """Makes connection tokens."""
        return Connections(self.stores.database, self.settings, self.clock)

    def require_profile(self, key_or_name: str) -> ProfileState:
        """The profile of this key or name. Raises NotFound."""
        try:
            return self.profiles.get(self._find_profile_key(key_or_name))
        except NotFound as error:
            raise NotFound("key or name", "API Profile", next=_LIST_PROFILES) from error

    def require_profile_row(self, key_or_name: str) -> tuple[str, Item]:
        """The key and the row of the profile of this key or name, without its secret. Raises NotFound."""
        key = self._find_profile_key(key_or_name)
        row = self.stores.database.get(self.settings.gate_table, row_keys.profile_key(key))
        if row is None:
            raise NotFound("key or name", "API Profile", next=_LIST_PROFILES)
        return key, row

    def _find_profile_key(self, key_or_name: str) -> str:
        """The key; where a key and another profile's name are equal, the key wins. Raises NotFound for an impossible text."""
        if not is_possible_name(key_or_name):
            raise NotFound("key or name", "API Profile", next=_LIST_PROFILES)
        place = row_keys.profile_name_key(fold_profile_name(key_or_name))
        found = self.stores.database.get_many(self.settings.gate_table, [row_keys.profile_key(key_or_name), place])
        return found[place]["key"] if list(found) == [place] else key_or_name

    def require_person(self, code_or_email: str) -> Person:
        """The person of this user code, e-mail address or role of the demo. Raises NotFound."""
        role = self.connection.people.get(code_or_email, {})
        known, found = role.get("email", code_or_email), None
        if is_user_code(known):
            found = self.people.get(int(known))
        elif is_plausible_email(known):
            found = self.people.find_by_email(known)
        if (
            found is None and "user_code" in role
        ):  # of an instance elsewhere, whose people are found by their code alone
            found = self.people.get(int(role["user_code"]))
        if found is None:
            raise NotFound("code, e-mail address or role", "person", next="'affino-mcp person list' shows everybody.")
        return found

    def find_email(self, code_or_email: str) -> str:
        """The e-mail address of a person; an address is given back unchanged, known or not. Raises NotFound."""
        return code_or_email if "@" in code_or_email else self.require_person(code_or_email).email


def open_service(ctx: typer.Context, path: Path | None) -> Service:
    """The service that the command works on.

    Raises ConnectionUnusable, StackNotFound, and BadParameter as `choose_target` does.
    """
    if isinstance(ctx.obj, Service):
        return ctx.obj
    place = choose_target(ctx, path)
    if isinstance(place, DeployedStack):
        return open_deployed_service(place.name)
    found = connection.read_connection(place or CONNECTION_FILE)
    return Service(found, open_emulator_stores(found.settings))


def open_deployed_service(name: str) -> Service:
    """The service of a deployed stack, with stores opened by the shell's AWS credentials. Raises StackNotFound."""
    stack = describe_stack(name, Settings().region)
    settings = stack_settings(stack)
    mcp, login, control = (_public_address(stack, stack.outputs.get(name, "")) for name in _URL_OUTPUTS)
    found = Connection(mcp, login, settings.instance, control, stores=connection.store_settings(settings))
    stores = wiring.build_stores(settings, log_faults=False)
    return Service(found, replace(stores, tables=open_table_reader(settings)), stack=stack)


_URL_OUTPUTS: Final = ("McpUrl", "LoginUrl", "ControlUrl")


def _public_address(stack: Stack, url: str) -> str:
    """A public URL of the stack; for an emulator, the URL below the emulator's own address."""
    if not stack.endpoint:
        return url
    host, _, path = url.removeprefix("https://").partition("/")
    stage, _, rest = path.partition("/")
    return f"{stack.endpoint}/restapis/{host.partition('.')[0]}/{stage}/_user_request_/{rest}"
