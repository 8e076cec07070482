"""The fields of accounts and users in version 1: name, kind, length, and what a create must have."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from tests.version1.habits import Json, read_date, write_date
from tests.version1.replies import Failure


@dataclass(frozen=True)
class Field:
    """One field. `kind` is text, email, code, number, bit, date, or secret (a text that no answer has)."""

    name: str
    kind: str = "text"
    length: int = 0
    required: bool = False

    @property
    def blank(self) -> int | str:
        """What a record has here when nobody said anything."""
        return 0 if self.kind == "bit" else ""


def _texts(length: int, names: str) -> list[Field]:
    return [Field(name, "text", length) for name in names.split()]


def _kind(kind: str, names: str) -> list[Field]:
    return [Field(name, kind) for name in names.split()]


def _table(*groups: Iterable[Field]) -> dict[str, Field]:
    return {field.name: field for group in groups for field in group}


ACCOUNT_FIELDS = _table(
    [Field("Name", "text", 255, required=True), Field("Email", "email", 200)],
    _texts(50, "ExternalID Telephone Fax CompanyNumber VATNumber TwitterID"),
    _texts(100, "Address1 Address2 Address3 City CountyState"),
    _texts(150, "PublicName"),
    _texts(200, "PublicLogo Website CountryName FacebookPage LinkedInPage InstagramUser TikTokUser YouTubeChannel"),
    _texts(8000, "Notes AccountEmailDomains"),
    _texts(20, "PostCode"),
    _texts(3, "Country CountryISO"),
    _kind("code", "ParentCode PrimaryContactCode"),
    _kind("number", "CompanySize AnnualTurnover"),
    _kind("bit", "TaxExempt AutoApproveUsers Active"),
)

USER_FIELDS = _table(
    [Field("FirstName", "text", 100, required=True), Field("LastName", "text", 100, required=True)],
    [Field("PrimaryEmail", "email", 255), Field("SecondaryEmail", "email", 255), Field("Password", "secret", 255)],
    _texts(150, "ExternalID"),
    _texts(255, "JobTitle Company Speciality Address1 Address2 TownCity CountyState Website"),
    _texts(200, "CountryName"),
    _texts(100, "Nickname"),
    _texts(50, "Telephone Fax Mobile"),
    _texts(30, "BusinessPhone"),
    _texts(20, "Title Postcode"),
    _texts(3, "CountryISO"),
    _texts(8000, "Skills Biography Roles"),
    _texts(1000, "Notes"),
    _kind("code", "TownCityID CountyStateID Country"),
    _kind("number", "Gender PrivacyLevel"),
    _kind("bit", "Disabled Private RememberLogin TelPrivate EmailPrivate"),
    _kind("date", "DateOfBirth"),
    _kind("codes", "MemberTypes"),
)


def check_value(field: Field, value: object) -> int | str:
    """This value as it is stored. Raises Failure when it is of another kind or too long."""
    text = "" if value is None else str(value).strip()
    if field.kind in {"text", "secret", "email"}:
        return _check_text(field, text)
    if text == "" and field.kind != "bit":
        return ""
    if field.kind == "date":
        return _check_date(field, text)
    if field.kind == "bit" and text in {"0", "1"}:
        return int(text)
    if field.kind == "codes" and all(part.strip().isdecimal() for part in text.split(",")):
        return text
    if field.kind in {"code", "number"} and text.isdecimal():
        return int(text)
    raise Failure(400, -1, f"{field.name} is invalid.")


def _check_text(field: Field, text: str) -> str:
    if len(text) > field.length:
        raise Failure(400, -1, f"{field.name} is too long.")
    name, _, host = text.partition("@")
    if field.kind == "email" and text and not (name and "." in host and " " not in text):
        raise Failure(400, -10, "Email is invalid.")
    return text


def _check_date(field: Field, text: str) -> str:
    moment = read_date(text)
    if moment is None:
        raise Failure(400, -1, f"{field.name} is invalid.")
    return write_date(moment)


def check_values(fields: dict[str, Field], values: Json, *, new: bool) -> tuple[Json, set[str]]:
    """What of a body is stored, and the names in it that are no field. Raises Failure, and then nothing is stored."""
    known = {name: check_value(fields[name], value) for name, value in values.items() if name in fields}
    for field in fields.values():
        if field.required and (new or field.name in known) and not known.get(field.name):
            raise Failure(400, -1, f"{field.name} is required.")
    return known, set(values) - set(fields)
