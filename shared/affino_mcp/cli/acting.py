"""Commands that act as a person, without an API Profile and without the person's password."""

from __future__ import annotations

import uuid
from typing import Annotated, Any, ClassVar

import typer

from affino_mcp import wiring
from affino_mcp.admin.operator_audit import OperatorOrigin
from affino_mcp.admin.record_files.acting_person import ActingPerson
from affino_mcp.admin.record_files.import_log import FileLog
from affino_mcp.audit.log import AuditLog
from affino_mcp.cli.journal import CLIENT_NAME, operator_name
from affino_mcp.cli.service import Service
from affino_mcp.errors import AffinoError
from affino_mcp.gate.identity.person import Person
from affino_mcp.instance.elsewhere_ports import require_own_records

AsOption = Annotated[
    str, typer.Option("--as", metavar="EMAIL", help="Who acts: e-mail address, user code, or the demo's role.")
]


class PersonDisabled(AffinoError):
    """Nobody acts as a person who is disabled."""

    type = "person_inactive"
    status: ClassVar[int] = 403
    text = "This person is disabled: nobody acts as them."


def act_as(service: Service, code_or_email: str) -> ActingPerson:
    """The person in whose name a command acts. Raises NotFound, PersonDisabled and InstanceDecides."""
    require_own_records(service.settings)
    person = service.require_person(code_or_email)
    if not person.active:
        raise PersonDisabled(next=f"'affino-mcp person enable {person.user_code}' enables them.")
    instance = wiring.instance(service.stores, service.settings)
    return ActingPerson(person, instance, service.clock, service.settings.time_zone)


def make_file_log(service: Service, person: Person, **told: Any) -> FileLog:
    """The log of what a command does with a file as this person; its rows say who said the command, and what is told."""
    fields = {
        "person_code": person.user_code,
        "person_name": person.name,
        "person_email": person.email,
        "request_id": str(uuid.uuid4()),
        "client_name": CLIENT_NAME,
    }
    database, settings = service.stores.database, service.settings
    log = AuditLog(database, settings.audit_table, service.clock)
    by = OperatorOrigin(database, settings, log, fields, has_log_lines=False)
    return FileLog(by, {**told, "Said by": operator_name(service)}, "Command line")
