"""Reads and validates what an operator enters for a profile's terms of admission."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import date
from ipaddress import IPv6Network, ip_network
from typing import Final, TypeVar

from affino_mcp.gate.profiles.admission_terms import AdmissionTerms
from affino_mcp.tool_errors import InvalidArgument

T = TypeVar("T")
MAX_NETWORKS: Final = 20
MAX_ALLOWED_PEOPLE: Final = 100
MAX_NETWORK_CHARACTERS: Final = 64
NEVER: Final = "never"
_NETWORK_PATTERN: Final = re.compile(rf"[0-9A-Fa-f:./]{{1,{MAX_NETWORK_CHARACTERS}}}")
_NETWORK_EXAMPLES: Final = "192.0.2.0/24 or 2001:db8::/32"


def parse_expiry(text: str) -> str:
    """Gives the last day of a text like `2027-03-01`, or "" for an empty one or `never`. Raises InvalidArgument (expires)."""
    wanted = text.strip().lower()
    if wanted in ("", NEVER):
        return ""
    try:
        if (day := date.fromisoformat(wanted).isoformat()) == wanted:
            return day
    except ValueError:
        pass
    raise InvalidArgument("expires", f"The last day must be a date like 2027-03-01, or {NEVER}.")


def parse_networks(texts: Iterable[str]) -> tuple[str, ...]:
    """Gives the networks in canonical form, each once, in their order. Raises InvalidArgument (networks)."""
    given = [text for text in (each.strip() for each in texts) if text]
    found = tuple(dict.fromkeys(_parse_network(text) for text in given[: MAX_NETWORKS + 1]))
    if len(given) > MAX_NETWORKS:
        raise InvalidArgument("networks", f"A profile can name at most {MAX_NETWORKS} networks.")
    return found


def _parse_network(text: str) -> str:
    if not _NETWORK_PATTERN.fullmatch(text):
        raise _no_network(text)
    try:
        network = ip_network(text, strict=False)
    except ValueError as error:
        raise _no_network(text) from error
    if isinstance(network, IPv6Network) and network.network_address.ipv4_mapped:
        raise InvalidArgument("networks", f"{text} holds IPv4 addresses: write it in their form, like 192.0.2.0/24.")
    if "/" in text and str(ip_network(text.partition("/")[0])[0]) != str(network.network_address):
        raise InvalidArgument("networks", f"{text} begins within a network: did you mean {network}?")
    return str(network)


def require_few_people(people: Sequence[object]) -> None:
    """Raises InvalidArgument (people) for more people than a profile can name."""
    if len(people) > MAX_ALLOWED_PEOPLE:
        raise InvalidArgument(
            "people", f"A profile can name at most {MAX_ALLOWED_PEOPLE} people; allow a group instead."
        )


def _no_network(text: str) -> InvalidArgument:
    return InvalidArgument("networks", f"{text[:MAX_NETWORK_CHARACTERS]} is no network like {_NETWORK_EXAMPLES}.")


def require_valid_terms(
    terms: AdmissionTerms, before: AdmissionTerms, today: date, groups: Collection[str]
) -> AdmissionTerms:
    """Gives the terms themselves if they are valid; raises the first fault of `find_term_faults`."""
    for fault in find_term_faults(terms, before, today, groups):
        raise fault
    return terms


def find_term_faults(
    terms: AdmissionTerms, before: AdmissionTerms, today: date, groups: Collection[str]
) -> Iterator[InvalidArgument]:
    """Yields an InvalidArgument for each wrong one of the terms; `groups` are the names of the security groups.

    What stays as it was `before` may be over, or name a group that is gone.
    """
    yield from _find_expiry_faults(terms.expires, before.expires, today)
    yield from _find_faults_of(require_few_people, terms.people)
    for name in ("groups", "connectable"):
        if not set(getattr(terms, name)) <= {*groups, *getattr(before, name)}:
            yield InvalidArgument(name, "There is no such security group.", known=sorted(groups))
    yield from _find_faults_of(parse_networks, terms.networks)


def _find_expiry_faults(expires: str, before: str, today: date) -> Iterator[InvalidArgument]:
    try:
        parse_expiry(expires)
    except InvalidArgument as fault:
        yield fault
        return
    if expires and expires != before and expires < today.isoformat():
        yield InvalidArgument("expires", f"This last day is over. Today is {today} (UTC).")


def _find_faults_of(check: Callable[[T], object], value: T) -> Iterator[InvalidArgument]:
    try:
        check(value)
    except InvalidArgument as fault:
        yield fault
