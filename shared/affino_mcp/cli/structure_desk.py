"""Opens the structure of a service, as the operator of this shell changes it."""

from __future__ import annotations

from affino_mcp import wiring
from affino_mcp.admin.structure_desk import StructureDesk
from affino_mcp.cli.journal import make_origin
from affino_mcp.cli.service import Service


def open_desk(service: Service) -> StructureDesk:
    """The structure of the service, as the operator of this shell changes it."""
    keeper = wiring.build_operator_ports(service.stores, service.settings).structure_keeper
    return StructureDesk(keeper, make_origin(service), service.clock, service.people.get)
