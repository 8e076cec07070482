"""The second service of `local up --remote`: a gateway in front of the demo's instance, with tables and secrets of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from affino_mcp.gate.identity import row_keys
from affino_mcp.gate.profiles.profile import Profile, profile_secret_name
from affino_mcp.gate.profiles.profile_form import fold_profile_name
from affino_mcp.settings import Settings
from affino_mcp.store.ops import Put
from affino_mcp.wiring import Stores

_TABLES: Final = ("gate_table", "audit_table", "records_table", "words_table", "credentials_table")
_PREFIX: Final = "gateway-"


def gateway_settings(instance: Settings, instance_address: str, own_address: str) -> Settings:
    """The settings of a service in front of the instance at this address; it shares the emulator with it, and no table."""
    tables = {name: _PREFIX + getattr(instance, name) for name in _TABLES}
    prefix, stack = f"{instance.secrets_prefix}-gateway", f"{instance.stack}-gateway"
    found = replace(instance, **tables, secrets_prefix=prefix, stack=stack)
    return replace(found, instance_url=instance_address, allowed_origins=own_address, public_url="", digest_key="")


def copy_profiles(profiles: Mapping[str, Profile], there: Settings, here: Settings, stores: Stores) -> None:
    """Gives the gateway the instance's profiles, with key and secret, as they are now there."""
    for profile in profiles.values():
        document = stores.secrets.read(profile_secret_name(there.secrets_prefix, profile.key), profile.version)
        stores.secrets.write(profile_secret_name(here.secrets_prefix, profile.key), profile.version, document)
        row = stores.database.get(there.gate_table, row_keys.profile_key(profile.key)) or {}
        stores.database.put(Put(here.gate_table, row))
        name = row_keys.profile_name_key(fold_profile_name(profile.name))
        stores.database.put(Put(here.gate_table, name._asdict() | {"key": profile.key, "name": profile.name}))
