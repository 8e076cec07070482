"""The checks of `affino-mcp doctor` of an instance elsewhere: that it answers, its clock, what it offers, its attribution."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Final

from affino_mcp import wiring
from affino_mcp.cli.checks import DoctorFinding
from affino_mcp.cli.login import NewSession
from affino_mcp.cli.service import Service
from affino_mcp.http.outgoing import UNTRUSTED
from affino_mcp.http.trusted_authorities import CertificatesUnreadable, read_certificates
from affino_mcp.instance.elsewhere import CallCredentials, InstanceAnswers, InstanceOfferings

INSTANCE: Final = "instance"
CERTIFICATES: Final = "instance certificates"
MAX_APART_SECONDS: Final = 60
"""Seconds that the instance's clock may differ from this machine's; signatures are refused from five minutes on."""
MAX_NAMED: Final = 8
_REACH: Final = "Look at the parameter InstanceUrl, at DNS and at the instance; the function must be able to reach it."
_TRUST: Final = (
    "No authority that is trusted here vouches for the instance's certificate, or it is another host's: look at the parameters "
    "InstanceCertificates and InstanceUrl, and at the certificate there."
)
_CERTIFICATES: Final = (
    "Give the parameter InstanceCertificates certificates that hold, the newest first (docs/remote.md)."
)
_OFFER: Final = (
    "Is the profile there too, with the same key and secret, switched on, and its option REST on? Its log says why."
)


def check_instance(service: Service) -> Iterator[DoctorFinding]:
    """Yields what can be told without a person: nothing where the records are the service's own."""
    url = service.settings.instance_url
    if not url:
        return
    if service.settings.instance_certificates:
        yield _check_certificates(service.settings.instance_certificates, service.clock())
    found = wiring.remote_instance(service.stores, service.settings, service.clock).inspection.find_answers()
    yield _check_answers(url, found)
    if found.status:
        yield _check_clock(found.date, service.clock())


def check_offerings(service: Service, made: NewSession) -> Iterator[DoctorFinding]:
    """Yields what the instance offers the person who has logged in, and whether it acts as that person."""
    if not service.settings.instance_url:
        return
    credentials = CallCredentials(made.profile.key, made.profile.secret, made.login.access_token)
    inspection = wiring.remote_instance(service.stores, service.settings, service.clock).inspection
    found = inspection.find_offerings(credentials)
    if found is None:
        yield DoctorFinding("instance offers", ok=False, seen="it does not say what it offers", fix=_OFFER)
        return
    yield DoctorFinding("instance offers", ok=True, seen=_describe_offer(found))
    yield _check_attribution(found, made.person.user_code)


def _check_certificates(text: str, now: datetime) -> DoctorFinding:
    """Whom the service trusts to vouch for the instance, and until when."""
    from cryptography import x509  # noqa: PLC0415 (slow to import; few services name authorities)

    try:
        found = [x509.load_der_x509_certificate(each) for each in read_certificates(text)]
    except (CertificatesUnreadable, ValueError):
        return DoctorFinding(CERTIFICATES, ok=False, seen="they cannot be read: nobody is trusted", fix=_CERTIFICATES)
    ends = [each.not_valid_after_utc for each in found]
    named = "; ".join(
        f"{each.subject.rfc4514_string()[:80]} until {end:%Y-%m-%d}" for each, end in zip(found, ends, strict=True)
    )
    ok = max(ends) > now
    return DoctorFinding(CERTIFICATES, ok, named if ok else f"they have ended: {named}", "" if ok else _CERTIFICATES)


def _check_answers(url: str, found: InstanceAnswers) -> DoctorFinding:
    if not found.status:
        fix = _TRUST if found.error == UNTRUSTED else _REACH
        return DoctorFinding(INSTANCE, ok=False, seen=f"{url} does not answer ({found.error})", fix=fix)
    if found.status == 401:
        return DoctorFinding(INSTANCE, ok=True, seen=f"{url} answers, and refuses whom it does not know")
    if found.status == 404:
        return DoctorFinding(INSTANCE, ok=True, seen=f"{url} answers and has no version 2: version 1 is used")
    return DoctorFinding(INSTANCE, ok=False, seen=f"{url} answers {found.status}", fix=_REACH)


def _check_clock(said: str, now: datetime) -> DoctorFinding:
    try:
        apart = abs((parsedate_to_datetime(said) - now).total_seconds())
    except (TypeError, ValueError):
        return DoctorFinding("instance clock", ok=True, seen="the instance does not say its time")
    ok = apart <= MAX_APART_SECONDS
    fix = "" if ok else "Set the clocks by NTP: signatures are refused from 300 seconds on."
    return DoctorFinding("instance clock", ok, f"{apart:.0f} seconds from this machine's", fix)


def _describe_offer(found: InstanceOfferings) -> str:
    named = ", ".join(found.missing[:MAX_NAMED]) + (", ..." if len(found.missing) > MAX_NAMED else "")
    lacks = f"; it lacks {len(found.missing)} methods: {named}" if found.missing else "; every method"
    return f"version {found.version}, contract {found.contract or 'unknown'}{lacks}"


def _check_attribution(found: InstanceOfferings, user_code: int) -> DoctorFinding:
    if found.version == 1:
        seen = "version 1 acts as the API Profile: it names no person"
        return DoctorFinding("instance attribution", ok=True, seen=seen)
    ok = found.acted_as == str(user_code)
    fix = "" if ok else "The instance takes the token for another person's: do not let agents write. Ask its operator."
    return DoctorFinding("instance attribution", ok, f"it acts as {found.acted_as or 'nobody'} for {user_code}", fix)
