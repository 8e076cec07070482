"""The kind of value that is a country."""

from __future__ import annotations

from dataclasses import replace

from pydantic import AfterValidator

from affino_mcp.catalogue.countries import MAX_COUNTRY_CHARACTERS, find_country
from affino_mcp.catalogue.kinds import Kind, fixed_error, string_kind


def _parse_country(text: str) -> str:
    code = find_country(text)
    if code is None:
        raise fixed_error("must be a country of ISO 3166, like GB or United Kingdom")
    return code


def country_kind() -> Kind:
    """A country of ISO 3166, stored as its code of two letters; one of three and an English name are taken."""
    sent = string_kind(MAX_COUNTRY_CHARACTERS, "country", AfterValidator(_parse_country))
    return replace(sent, restated=True)
