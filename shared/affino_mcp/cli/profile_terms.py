"""Reads the options for a profile's terms of admission: until when, by whom and from where it may be used."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import typer

from affino_mcp.cli.service import Service
from affino_mcp.gate.profiles.admission_terms import AdmissionTerms
from affino_mcp.gate.profiles.terms_form import parse_expiry, parse_networks


@dataclass(frozen=True)
class TermsOptions:
    """The options as given; None, an empty list or False for what is not given."""

    expires: str | None
    people: Sequence[str]
    groups: Sequence[str]
    everybody: bool
    networks: Sequence[str]
    anywhere: bool

    def __post_init__(self) -> None:
        """Raises BadParameter for options that contradict each other."""
        if self.everybody and (self.people or self.groups):
            raise typer.BadParameter("say --allow-everybody, or whom to allow, not both")
        if self.anywhere and self.networks:
            raise typer.BadParameter("say --allow-anywhere, or which networks to allow, not both")

    @property
    def is_given(self) -> bool:
        """True when at least one option is given."""
        return self != _NOTHING_GIVEN

    def read_terms(self, service: Service, before: AdmissionTerms) -> AdmissionTerms | None:
        """Gives the terms with what is given in place of what was `before`; None when nothing is given.

        Raises NotFound (a person), InvalidArgument (expires, networks).
        """
        terms = before
        if self.expires is not None:
            terms = replace(terms, expires=parse_expiry(self.expires))
        if self.everybody or self.people or self.groups:
            codes = dict.fromkeys(service.require_person(person).user_code for person in self.people)
            terms = replace(terms, people=tuple(codes), groups=tuple(dict.fromkeys(self.groups)))
        if self.anywhere or self.networks:
            terms = replace(terms, networks=parse_networks(self.networks))
        return terms if self.is_given else None


_NOTHING_GIVEN = TermsOptions(None, (), (), everybody=False, networks=(), anywhere=False)
