"""Checks the terms that an operator gives a profile, against the security groups as they are now."""

from __future__ import annotations

from datetime import date

from affino_mcp.gate.identity.security_groups import read_security_groups
from affino_mcp.gate.profiles.admission_terms import AdmissionTerms
from affino_mcp.gate.profiles.terms_form import require_valid_terms
from affino_mcp.store.ops import Database


def check_terms(
    db: Database, gate_table: str, terms: AdmissionTerms, before: AdmissionTerms, today: date
) -> AdmissionTerms:
    """Gives the terms themselves if they are valid; reads the groups only when some are named.

    Raises InvalidArgument, StoreUnavailable.
    """
    known = read_security_groups(db, gate_table).rights if terms.groups or terms.connectable else ()
    return require_valid_terms(terms, before, today, known)
