"""A person of every group with files of records to bring in, on a service in memory, and the person's agent."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from typing import Any

from affino_mcp import wiring
from affino_mcp.admin.operator_audit import OperatorOrigin
from affino_mcp.admin.record_files.acting_person import ActingPerson
from affino_mcp.admin.record_files.csv_source import CsvSource
from affino_mcp.admin.record_files.file_import import FileImport
from affino_mcp.admin.record_files.file_kinds import FILE_KINDS
from affino_mcp.admin.record_files.import_log import FileLog, ImportedFile, ImportLog
from affino_mcp.admin.record_files.line_outcome import ImportCounts, LineOutcome, LineResult
from affino_mcp.admin.record_files.line_writer import LineWriter
from affino_mcp.admin.record_files.record_export import export_columns, export_pages, write_header
from affino_mcp.audit.log import AuditLog
from affino_mcp.gate.identity.permissions import SECURITY_GROUPS
from tests.world import World, WorldClient

ACCOUNTS = (
    "Company name;External ID;City;Industry;Topics\r\nOrbital Labs;O-1;Leeds;Technology;\r\nLunar;;York;;Events\r\n"
)
CONTACTS = (
    "Email,First name,Surname,Accounts,PrimaryAt,Permissions,AccountJobTitles,Notes,Secondary e-mail\n"
    'jane@o.example,Jane,Doe,Orbital Labs;Lunar,Lunar,Marketing e-mail,Orbital Labs: CTO,"two\nlines",j.doe@o.example\n'
    "joe@o.example,Joe,Bloggs,,,,,'=1+1,\n"
)
FILES = {
    "accounts": ACCOUNTS,
    "contacts": CONTACTS,
    "opportunities": 'Account,Deal name,Amount,Stage,Topics\nLunar,Moon,"£40,000.50",Qualification,Events\n',
    "tasks": "Title,Due,Status,Account,Contact\nCall,2027-01-05,completed,Lunar,\nWrite,2027-01-05T10:00Z,,,Jane Doe\n",
    "notes": 'Note,Subject,Company,Deal\n"- met\n- twice",Meeting,Lunar,\nWon,,,Moon\n',
}
MEMBERS = "List,Email\nSpring,jane@o.example\n1,j.doe@o.example\n"
LINES = {"accounts": 2, "contacts": 2, "opportunities": 1, "tasks": 2, "notes": 2}


@dataclass
class RecordDesk:
    """Brings files in and writes them out as the person `code`; `agent` calls tools as the same person."""

    world: World
    agent: WorldClient
    code: int
    imports: int = 0
    outcomes: list[LineOutcome] = field(default_factory=list)

    @property
    def acting(self) -> ActingPerson:
        person = self.world.people.get(self.code)
        assert person is not None
        return ActingPerson(person, wiring.instance(self.world.stores, self.world.settings), self.world.clock)

    def bring_in(self, kind: str, text: str | bytes, *ignored: str, dry_run: bool = False) -> list[LineOutcome]:
        """What becomes of each line."""
        content = text if isinstance(text, bytes) else text.encode()
        writer = LineWriter(self.acting, None if dry_run else self.new_log(kind))
        source = CsvSource(io.BytesIO(content))
        self.outcomes = list(FileImport(FILE_KINDS[kind], source, writer, "x.csv", ignored).run())
        return self.outcomes

    def count(self, kind: str, text: str | bytes, *ignored: str, dry_run: bool = False) -> tuple[int, ...]:
        """How many lines are made, the same, changed and refused."""
        counts = ImportCounts()
        for outcome in self.bring_in(kind, text, *ignored, dry_run=dry_run):
            counts.add(outcome)
        return tuple(counts.to_json().values())

    def refused(self, kind: str, text: str | bytes) -> list[tuple[int, str]]:
        """The line and the argument of each refused line."""
        found = self.bring_in(kind, text)
        return [(each.line, each.argument) for each in found if each.result is LineResult.REFUSED]

    def export(self, kind: str, **filters: Any) -> str:
        file_kind = FILE_KINDS[kind]
        lines = [line for page, _ in export_pages(self.acting, file_kind, filters) for line in page]
        return "".join((write_header(export_columns(file_kind, filters)), *lines))

    def new_log(self, kind: str) -> ImportLog:
        self.imports += 1
        world = self.world
        fields = {"person_code": self.code, "person_email": "una", "request_id": f"import-{self.imports}"}
        log = AuditLog(world.database, world.settings.audit_table, world.clock)
        by = OperatorOrigin(world.database, world.settings, log, fields, has_log_lines=False)
        return ImportLog(FileLog(by, {}, "Test"), ImportedFile("x.csv", kind, 1, "00"), world.clock)

    def stock(self) -> RecordDesk:
        """This desk with every file brought in, and Jane on a list."""
        for kind, text in FILES.items():
            assert self.count(kind, text) == (LINES[kind], 0, 0, 0), self.outcomes
        self.agent.call_tool("create_contact_list", Title="Spring")
        assert self.count("list-members", MEMBERS) == (1, 1, 0, 0), self.outcomes
        return self

    def contact(self, email: str = "jane@o.example") -> dict[str, Any]:
        found: dict[str, Any] = self.agent.call_tool("get_contact", Email=email).result["Contact"]
        return found


def make_desk(agent: WorldClient) -> RecordDesk:
    """A desk on the agent's service."""
    world = agent.world
    code = world.create_person("Una", "Mighty", *SECURITY_GROUPS)
    agent.headers = world.log_in(world.create_profile(), code)
    return RecordDesk(world, agent, code)
