"""Opens the structure of a service, as the operator of this shell changes it."""

from __future__ import annotations

from collections.abc import Collection

from affino_mcp import wiring
from affino_mcp.admin.structure_desk import StructureDesk
from affino_mcp.cli.journal import make_origin
from affino_mcp.cli.service import Service
from affino_mcp.gate.identity.security_groups import read_security_groups


def open_desk(service: Service) -> StructureDesk:
    """The structure of the service, as the operator of this shell changes it."""
    stores, settings = service.stores, service.settings
    keeper = wiring.build_structure_keeper(stores, settings)

    def list_groups() -> Collection[str]:
        return read_security_groups(stores.database, settings.gate_table).rights

    return StructureDesk(keeper, make_origin(service), service.clock, list_groups, service.people.get)
