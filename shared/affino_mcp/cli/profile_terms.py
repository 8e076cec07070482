"""Reads the options for a profile's terms of admission: until when, by whom and from where it may be used."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import typer

from affino_mcp.cli.service import Service
from affino_mcp.gate.profiles.admission_terms import AdmissionTerms
from affino_mcp.gate.profiles.terms_form import parse_expiry, parse_networks
from affino_mcp.value_class import value_class


@value_class
class TermsOptions:
    """The options as given; None, an empty list or False for what is not given."""

    expires: str | None
    people: Sequence[str] | None
    groups: Sequence[str] | None
    everybody: bool
    networks: Sequence[str] | None
    anywhere: bool
    connectable: Sequence[str] | None = None
    nobody: bool = False

    def __post_init__(self) -> None:
        """Raises BadParameter for options that contradict each other."""
        if self.everybody and (self.people or self.groups):
            raise typer.BadParameter("say --allow-everybody, or whom to allow, not both")
        if self.nobody and self.connectable:
            raise typer.BadParameter("say --connect-nobody, or which groups may connect, not both")
        if self.anywhere and self.networks:
            raise typer.BadParameter("say --allow-anywhere, or which networks to allow, not both")

    @property
    def is_given(self) -> bool:
        """True when at least one option is given."""
        return self.expires is not None or any(value for name, value in vars(self).items() if name != "expires")

    def read_terms(self, service: Service, before: AdmissionTerms) -> AdmissionTerms | None:
        """Gives the terms with what is given in place of what was `before`; None when nothing is given.

        Raises NotFound (a person), InvalidArgument (expires, networks).
        """
        terms = before
        if self.expires is not None:
            terms = replace(terms, expires=parse_expiry(self.expires))
        if self.everybody or self.people or self.groups:
            codes = dict.fromkeys(service.require_person(person).user_code for person in self.people or ())
            terms = replace(terms, people=tuple(codes), groups=tuple(dict.fromkeys(self.groups or ())))
        if self.anywhere or self.networks:
            terms = replace(terms, networks=parse_networks(self.networks or ()))
        if self.nobody or self.connectable:
            terms = replace(terms, connectable=tuple(dict.fromkeys(self.connectable or ())))
        return terms if self.is_given else None
