"""Reads the terms of a profile's admission from its form: the last day, people, security groups and networks."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

from affino_mcp.control_edge.centre import ControlCentre
from affino_mcp.control_edge.profile_form_fields import ProfileForm
from affino_mcp.gate.profiles.admission_terms import AdmissionTerms
from affino_mcp.gate.profiles.allowed_people import find_user_codes
from affino_mcp.gate.profiles.terms_form import parse_expiry, parse_networks
from affino_mcp.tool_errors import InvalidArgument
from affino_mcp.value_class import value_class

_SEPARATORS: Final = re.compile(r"[\s,;]+")


@value_class
class TermsReading:
    """The terms that a form describes, without the fields that `faults` names; the faults are texts by field."""

    terms: AdmissionTerms
    faults: Mapping[str, str]


def read_terms(centre: ControlCentre, form: ProfileForm) -> TermsReading:
    """Reads the terms of a form; people are looked up in one read."""
    database, table = centre.database, centre.settings.gate_table
    parsers: dict[str, Callable[[], AdmissionTerms]] = {
        "expires": lambda: replace(terms, expires=parse_expiry(form.expires)),
        "people": lambda: replace(terms, people=find_user_codes(database, table, split_entries(form.people))),
        "networks": lambda: replace(terms, networks=parse_networks(split_entries(form.networks))),
    }
    groups, connectable = (tuple(sorted(ticked)) for ticked in (form.groups, form.connectable))
    terms, faults = AdmissionTerms(groups=groups, connectable=connectable), dict[str, str]()
    for name, parse in parsers.items():
        try:
            terms = parse()
        except InvalidArgument as fault:
            faults[name] = fault.message
    return TermsReading(terms, faults)


def split_entries(text: str) -> list[str]:
    """Gives the entries of a text field, which blanks, lines, commas or semicolons separate."""
    return [entry for entry in _SEPARATORS.split(text) if entry]
