"""The operator's actions on the deployed stack: a profile and a section, made by the service's own code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from affino_mcp import clock, wiring
from affino_mcp.audit import totals
from affino_mcp.audit.queries import LogQuery, search_log
from affino_mcp.audit.row import AuditRow
from affino_mcp.audit.totals import CallTotals
from affino_mcp.catalogue.capability import Access, Family
from affino_mcp.gate.profiles.profile import Profile
from affino_mcp.gate.profiles.profiles import Profiles
from affino_mcp.settings import Settings
from scripts.deploy_local.stack import Stack

USER_CODE, EMAIL = 1, "smoke@affino.example"
PASSWORD = "correct horse battery staple"  # noqa: S105 (of a person who lives for a minute in an emulator)
FAMILIES: Mapping[str, frozenset[Access]] = {
    Family.ACCOUNTS: frozenset({Access.READ, Access.WRITE}),
    Family.NOTES: frozenset({Access.READ}),
}


@dataclass(frozen=True)
class Operator:
    """An operator with the rights of the root account, whose AWS credentials are in the environment."""

    settings: Settings
    stores: wiring.Stores

    @classmethod
    def from_stack(cls, stack: Stack) -> Operator:
        """The operator of a deployed stack, with settings from its outputs."""
        settings = _settings_from_outputs(stack)
        return cls(settings, wiring.build_stores(settings))

    @property
    def profiles(self) -> Profiles:
        """The store of API Profiles."""
        return Profiles(self.stores.database, self.stores.secrets, self.settings, clock.utc_now)

    def create_profile(self) -> Profile:
        """Creates a profile that may read and write accounts, and read notes."""
        return self.profiles.create("Smoke test", FAMILIES, rate=600)

    def read_log(self, profile: Profile) -> list[AuditRow]:
        """The rows of the profile in the API Log, oldest first."""
        found = search_log(
            self.stores.database, self.settings.audit_table, LogQuery(profile=profile.key), clock.utc_now()
        )
        return list(reversed(found.rows))

    def read_total(self, profile: Profile) -> CallTotals:
        """The sum of the profile's totals of this hour and the last."""
        now, table = clock.utc_now(), self.settings.audit_table
        hours = totals.read_hours(self.stores.database, table, profile.key, now - totals.ONE_HOUR, now)
        return sum((hour.total for hour in hours), CallTotals())


def _settings_from_outputs(stack: Stack) -> Settings:
    outputs = stack.read_outputs()
    return Settings(
        instance=outputs["Instance"],
        gate_table=outputs["GateTable"],
        audit_table=outputs["AuditTable"],
        records_table=outputs["RecordsTable"],
        words_table=outputs["WordsTable"],
        credentials_table=outputs["CredentialsTable"],
        secrets_prefix=outputs["SecretsPrefix"],
        aws_endpoint=stack.endpoint,
        region=stack.region,
    )
