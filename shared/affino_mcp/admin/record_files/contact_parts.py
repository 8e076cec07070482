"""The columns of a contact that are not attributes: its links to accounts, and its consents. They are added, never removed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from affino_mcp.admin.record_files.acting_person import ActingPerson
from affino_mcp.admin.record_files.file_kinds import (
    ACCOUNTS_COLUMN,
    CONSENTS_COLUMN,
    LEFT_COLUMN,
    PRIMARY_COLUMN,
    SOURCE_COLUMN,
    TITLES_COLUMN,
)
from affino_mcp.admin.record_files.known_codes import KnownCodes
from affino_mcp.admin.record_files.line_values import names_entry, split_entries
from affino_mcp.admin.record_files.line_writer import LineWriter
from affino_mcp.catalogue.families.contacts import PERMISSION_FIELD
from affino_mcp.catalogue.registry import METHODS
from affino_mcp.tool_errors import Conflict, InvalidArgument, NotFound, PermissionDenied
from affino_mcp.value_class import value_class

_LINKING: Final = METHODS["link_contact_to_account"]
_RELINKING: Final = METHODS["update_contact_account_link"]
_GRANTING: Final = METHODS["grant_contact_permission"]
_PRIMARY_RIGHT: Final = "accounts.write"


@value_class
class WantedLink:
    """A link to an account as the line says it; None where the line says nothing."""

    account: int
    primary: bool = False
    left: bool = False
    title: str | None = None

    @property
    def arguments(self) -> dict[str, Any]:
        """The arguments of a new link, without those that a new one has by itself."""
        said = {"Primary": self.primary or None, "JobTitle": self.title}
        return {name: value for name, value in said.items() if value is not None}

    def find_changes(self, link: Mapping[str, Any]) -> dict[str, Any]:
        """The arguments by which a link that is there would be as the line says."""
        said = {"Primary": self.primary, "LeftCompany": self.left}
        changes: dict[str, Any] = {name: True for name, wanted in said.items() if wanted and not link[name]}
        return changes | ({} if self.title in (None, link["JobTitle"]) else {"JobTitle": self.title})


@value_class
class WantedParts:
    """What a line says of a contact beside its attributes, after everything that it names was found."""

    links: Sequence[WantedLink] = ()
    consents: Sequence[int] = ()
    source: str = ""


@dataclass
class ContactParts:
    """Reads and writes these columns for contacts, one after another. `source` is what consents say when the line says none."""

    acting: ActingPerson
    known: KnownCodes
    source: str
    _permissions: list[dict[str, Any]] = field(default_factory=list)

    def plan(self, given: Mapping[str, Any], stored: Mapping[str, Any] | None) -> WantedParts:
        """Finds what the line names, before anything of the line is written.

        Raises InvalidArgument, NotFound, PermissionDenied, and Conflict for a consent that the contact has withdrawn.
        """
        links = self._plan_links(given)
        has = {each[PERMISSION_FIELD.name] for each in (stored or {}).get("Permissions", ())}
        consents = [code for code in self._find_consents(given) if code not in has]
        if consents and not self.acting.may_use(_GRANTING):
            raise PermissionDenied(_GRANTING.right, argument=CONSENTS_COLUMN.name)
        if consents and stored is not None:
            self._require_not_withdrawn(stored["UserCode"], consents)
        return WantedParts(links, consents, str(given.get(SOURCE_COLUMN.name, self.source)))

    def write(self, writer: LineWriter, code: int, stored: Mapping[str, Any] | None, wanted: WantedParts) -> bool:
        """Adds what is missing; True when something was."""
        has = {link["AccountCode"]: link for link in (stored or {}).get("Accounts", ())}
        changed = [self._write_link(writer, code, has.get(link.account), link) for link in wanted.links]
        for consent in wanted.consents:
            given = {"UserCode": code, PERMISSION_FIELD.name: consent, "Source": wanted.source}
            changed.append(writer.write(_GRANTING, given)[1])
        return any(changed)

    @staticmethod
    def _write_link(writer: LineWriter, code: int, link: Mapping[str, Any] | None, wanted: WantedLink) -> bool:
        place, is_new = {"UserCode": code, "AccountCode": wanted.account}, link is None
        if link is None:
            link = writer.write(_LINKING, {**place, **wanted.arguments})[0]["Link"]
        changes = wanted.find_changes(link)
        if not changes or (is_new and writer.is_rehearsal):
            return is_new
        return writer.write(_RELINKING, {**place, **changes})[1] or is_new

    def _plan_links(self, given: Mapping[str, Any]) -> list[WantedLink]:
        accounts = [
            self.known.find_account(text, ACCOUNTS_COLUMN.name) for text in _entries(given, ACCOUNTS_COLUMN.name)
        ]
        primary, left = (self._choose(given, column.name, accounts) for column in (PRIMARY_COLUMN, LEFT_COLUMN))
        if both := primary & left:
            text = f"{LEFT_COLUMN.name}: who has left an account ({min(both)}) is not its primary contact."
            raise InvalidArgument(LEFT_COLUMN.name, text)
        titles = self._read_titles(given, accounts)
        if primary:
            self.acting.require_any((_PRIMARY_RIGHT,))
        return [
            WantedLink(account, account in primary, account in left, titles.get(account))
            for account in dict.fromkeys(accounts)
        ]

    def _choose(self, given: Mapping[str, Any], column: str, accounts: Sequence[int]) -> set[int]:
        found = {self.known.find_account(text, column) for text in _entries(given, column)}
        if found - set(accounts):
            raise InvalidArgument(column, f"{column} must name accounts that {ACCOUNTS_COLUMN.name} names too.")
        return found

    def _read_titles(self, given: Mapping[str, Any], accounts: Sequence[int]) -> dict[int, str]:
        column, found = TITLES_COLUMN.name, dict[int, str]()
        for line in str(given.get(column, "")).splitlines():
            account, colon, title = line.partition(":")
            if not colon or not title.strip():
                raise InvalidArgument(column, f"{column} must hold a line for each account, like 41: CTO.")
            code = self.known.find_account(account.strip(), column)
            if code not in accounts:
                raise InvalidArgument(column, f"{column} must name accounts that {ACCOUNTS_COLUMN.name} names too.")
            found[code] = title.strip()
        return found

    def _find_consents(self, given: Mapping[str, Any]) -> list[int]:
        wanted = _entries(given, CONSENTS_COLUMN.name)
        if wanted and not self._permissions:
            self._permissions = self.acting.read(METHODS["list_permissions"], {})["Permissions"]
        return [self._find_consent(text) for text in wanted]

    def _find_consent(self, text: str) -> int:
        for each in self._permissions:
            if names_entry(each, text):
                return int(each[PERMISSION_FIELD.name])
        there = ", ".join(f"{each[PERMISSION_FIELD.name]} {each['Name']}" for each in self._permissions[:20])
        text = f"{CONSENTS_COLUMN.name} names a consent that there is not. There are: {there}."
        raise InvalidArgument(CONSENTS_COLUMN.name, text)

    def _require_not_withdrawn(self, code: int, consents: Sequence[int]) -> None:
        asked = {"UserCode": code, "IncludeRevoked": True}
        try:
            found = self.acting.read(METHODS["list_contact_permissions"], asked)["Permissions"]
        except NotFound:  # deleted meanwhile: the write says so
            return
        for each in found:
            if each[PERMISSION_FIELD.name] in consents:
                text = f"The contact has withdrawn this consent ({each['Name']}): a file cannot give it again."
                raise Conflict(text, argument=CONSENTS_COLUMN.name)


def _entries(given: Mapping[str, Any], column: str) -> list[str]:
    return split_entries(given.get(column, ""))
