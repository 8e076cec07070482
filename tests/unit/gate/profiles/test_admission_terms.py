"""The terms of a profile's admission by themselves: the last day to the second, networks, people, and what is entered."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from ipaddress import IPv4Address, IPv6Address, ip_network

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from affino_mcp.gate.identity.person import Person
from affino_mcp.gate.profiles.admission_terms import AdmissionTerms
from affino_mcp.gate.profiles.expiry_notice import expiry_notice_warnings, find_expiry_notice
from affino_mcp.gate.profiles.terms_form import find_term_faults, parse_expiry, parse_networks
from affino_mcp.tool_errors import InvalidArgument

DAYS = st.dates(date(2020, 1, 1), date(2100, 1, 1))
ADDRESSES = st.one_of(st.ip_addresses(v=4), st.ip_addresses(v=6))
_MICROSECOND = timedelta(microseconds=1)


@settings(deadline=None)
@given(DAYS, st.integers(-(10**7), 10**7))
def test_a_profile_is_accepted_until_the_last_day_is_over(last: date, seconds: int) -> None:
    end = datetime.combine(last, time(), UTC) + timedelta(days=1)
    terms = AdmissionTerms(expires=last.isoformat())
    assert terms.end == end
    assert terms.is_over(end + timedelta(seconds=seconds)) is (seconds >= 0)
    assert (terms.is_over(end - _MICROSECOND), terms.is_over(end)) == (False, True)
    assert AdmissionTerms().is_over(end) is False


@settings(deadline=None)
@given(ADDRESSES, st.integers(0, 128), ADDRESSES)
def test_an_address_is_accepted_when_its_first_bits_are_those_of_the_network(
    base: IPv4Address | IPv6Address, bits: int, address: IPv4Address | IPv6Address
) -> None:
    bits = min(bits, base.max_prefixlen)
    if isinstance(base, IPv6Address) and base.ipv4_mapped:
        return
    network = ip_network(f"{base}/{bits}", strict=False)
    terms = AdmissionTerms(networks=parse_networks([str(network)]))
    seen = address.ipv4_mapped or address if isinstance(address, IPv6Address) else address
    rest = base.max_prefixlen - bits
    assert terms.allows_source(str(address)) is (
        seen.version == base.version and int(seen) >> rest == int(base) >> rest
    )
    assert terms.allows_source(str(base))


@settings(deadline=None)
@given(st.text(max_size=70))
def test_any_text_is_a_network_in_canonical_form_or_is_refused(text: str) -> None:
    with suppress(InvalidArgument):
        found = parse_networks([text])
        assert parse_networks(found) == found


@pytest.mark.parametrize(
    ("source", "accepted"),
    [
        ("192.0.2.77", True),
        ("192.0.3.1", False),
        ("::ffff:192.0.2.77", True),
        ("2001:db8::1", True),
        ("2001:db9::1", False),
        ("", False),
        ("192.0.2.77, 10.0.0.1", False),
    ],
)
def test_sources(source: str, accepted: bool) -> None:
    assert AdmissionTerms(networks=("192.0.2.0/24", "2001:db8::/32")).allows_source(source) is accepted
    assert AdmissionTerms().allows_source(source)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("192.0.2.5/24", "did you mean 192.0.2.0/24?"),
        ("fe80::1%eth0", "is no network like"),
        ("::ffff:192.0.2.0/120", "write it in their form"),
        ("example.com", "is no network like"),
        ("192.0.2.0/33", "is no network like"),
        ("1" * 900, "is no network like"),
    ],
)
def test_wrong_networks(text: str, said: str) -> None:
    with pytest.raises(InvalidArgument, match=said.replace("?", r"\?")) as raised:
        parse_networks([text])
    assert len(raised.value.message) < 200


def test_a_single_address_is_a_network_and_twenty_are_the_most() -> None:
    assert parse_networks(["192.0.2.7", "", "192.0.2.7/32", "2001:DB8::/32"]) == ("192.0.2.7/32", "2001:db8::/32")
    with pytest.raises(InvalidArgument, match="at most 20"):
        parse_networks([f"192.0.2.{number}" for number in range(21)])


@settings(deadline=None)
@given(st.sets(st.integers(1, 4)), st.sets(st.sampled_from("ABC")), st.integers(1, 4), st.sets(st.sampled_from("ABC")))
def test_a_person_is_allowed_by_code_or_group(people: set[int], groups: set[str], code: int, own: set[str]) -> None:
    terms = AdmissionTerms(people=tuple(people), groups=tuple(groups))
    person = Person(code, "Jane", "jane@orbital.example", groups=tuple(own))
    assert terms.allows_person(person) is ((not people and not groups) or code in people or bool(groups & own))
    assert AdmissionTerms.from_json(terms.to_json()) == terms


def test_rows_of_older_versions_ask_for_nothing() -> None:
    assert AdmissionTerms.from_json({"enabled": True}) == AdmissionTerms()


@pytest.mark.parametrize("text", ["2027-3-1", "20270301", "tomorrow", "2027-02-30", "2027-W01-1"])
def test_wrong_last_days(text: str) -> None:
    with pytest.raises(InvalidArgument, match="must be a date like"):
        parse_expiry(text)


def test_a_past_day_is_refused_unless_it_stood_there() -> None:
    today, past = date(2027, 3, 2), AdmissionTerms(expires="2027-03-01")
    assert [fault.details["argument"] for fault in find_term_faults(past, AdmissionTerms(), today, ())] == ["expires"]
    assert list(find_term_faults(past, past, today, ())) == []
    assert parse_expiry(" Never ") == ""


@pytest.mark.parametrize(
    ("days", "stage"),
    [(15, None), (14, "soon"), (3, "soon"), (2, "urgent"), (0, "urgent"), (-1, "over")],
)
def test_the_notice(days: int, stage: str | None) -> None:
    last = date(2027, 3, 20)
    at = datetime.combine(last - timedelta(days=days), time(12), UTC)
    found = find_expiry_notice(last.isoformat(), at)
    assert (found.stage if found else None) == stage
    warned = expiry_notice_warnings(AdmissionTerms(expires=last.isoformat()), at)
    assert [one["Until"] for one in warned] == (["2027-03-21T00:00:00.000000Z"] if stage else [])
