"""The checks of `affino-mcp doctor`: the public endpoints as clients reach them, and the stores as operators do."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final

import httpx

from affino_mcp.cli.service import Service
from affino_mcp.gate.profiles.expiry_notice import ExpiryStage, find_expiry_notice
from affino_mcp.gate.profiles.profile import profile_secret_name
from affino_mcp.gate.profiles.profile_names import list_open_profiles
from affino_mcp.http.own_address import is_loopback_address
from affino_mcp.http.request_signature import signed_headers
from affino_mcp.store.faults import StoreUnavailable
from affino_mcp.store.ops import Key
from affino_mcp.value_class import value_class

MAX_CLOCK_SKEW_SECONDS: Final = 120
"""Seconds that this machine's clock may differ from the service's; logins are refused from five minutes on."""
MIN_CERTIFICATE_DAYS: Final = 14
"""Days for which a certificate must still be valid."""
_TABLE_SETTINGS: Final = ("gate_table", "audit_table", "records_table", "words_table", "credentials_table")
_UNKNOWN_ROW: Final = Key("doctor", "doctor")
_UNKNOWN_API_KEY: Final = "doctor0000000000"
_UNKNOWN_TOKEN: Final = "00000000-0000-4000-8000-000000000000"  # noqa: S105 (nobody's)
"""A row key, an API Key with its secret, and a token that do not exist.

All are well formed, because malformed ones are refused before any store is asked.
"""
_REFUSAL_STATUSES: Final = (401, 429)
_ENDPOINT_FIRST_FIX: Final = "The endpoint comes first."
_FUNCTION_FIX: Final = "Look at the function's log group, and at its role in the template."
_STORE_FAULTS: Final = {
    "AccessDeniedException": ("these AWS credentials may not read it", "Use a role that may, or ask for the right."),
    "ResourceNotFoundException": ("it does not exist", "Deploy the stack again; locally: 'make run' with FRESH=1."),
}
_SILENT_FAULT: Final = ("nothing answers", "Is the service running, and is the network there? Locally: 'make run'.")


@value_class
class DoctorFinding:
    """The result of one check: whether it passed, what was seen, and if not what to do.

    `function`, `service`, `place` and `error` are those of a function's self-check, each empty where there is none.
    """

    name: str
    ok: bool
    seen: str
    fix: str = ""
    function: str = ""
    service: str = ""
    place: str = ""
    error: str = ""


def run_doctor_checks(service: Service) -> Iterator[DoctorFinding]:
    """The results of every check that needs no password, in order of dependence, each as soon as it is known."""
    yield from _check_endpoint(service)
    yield _check_login(service)
    yield _check_gate(service)
    stores: list[DoctorFinding] = []
    for one in _check_stores(service):
        stores.append(one)
        yield one
    if not service.settings.instance_url:
        yield check_layout(service)
    yield _check_last_days(service)
    if service.stack is not None:
        yield _check_iam(service.stack.caller, stores)


def _check_endpoint(service: Service) -> Iterator[DoctorFinding]:
    url = f"{service.connection.mcp_url.removesuffix('/mcp')}/health"
    try:
        with service.make_client() as http, http.stream("GET", url) as answer:
            certificate = _read_certificate(answer)
            answer.read()
    except httpx.HTTPError as error:
        yield from _unreached_findings(url, untrusted="CERTIFICATE" in str(error))
        return
    ok = answer.status_code == 200
    yield DoctorFinding("endpoint", ok, f"{url} answers {answer.status_code}", "" if ok else _FUNCTION_FIX)
    yield _check_tls(url, certificate, service.clock())
    yield _check_clock(answer.headers.get("date"), service.clock())


def _unreached_findings(url: str, *, untrusted: bool) -> Iterator[DoctorFinding]:
    """The failed checks of an endpoint that cannot be reached; what cannot be checked counts as failed."""
    yield DoctorFinding("endpoint", ok=False, seen=f"{url}: nothing answers", fix=_SILENT_FAULT[1])
    if untrusted:
        yield DoctorFinding("TLS", ok=False, seen="not trusted", fix="Renew the certificate.")
    else:
        yield DoctorFinding("TLS", ok=False, seen="not reached", fix=_ENDPOINT_FIRST_FIX)
    yield DoctorFinding("clock", ok=False, seen="not compared", fix=_ENDPOINT_FIRST_FIX)


def _read_certificate(answer: httpx.Response) -> dict[str, Any] | None:
    stream = answer.extensions.get("network_stream")
    found = stream.get_extra_info("ssl_object") if stream else None
    return found.getpeercert() if isinstance(found, ssl.SSLObject | ssl.SSLSocket) else None


def _check_tls(url: str, certificate: dict[str, Any] | None, now: datetime) -> DoctorFinding:
    if not url.startswith("https://"):
        local = is_loopback_address(url) and httpx.URL(url).host in {"127.0.0.1", "localhost", "::1"}
        seen = "plain HTTP, on this machine only" if local else "plain HTTP: secrets can be read on the way"
        return DoctorFinding("TLS", local, seen, "" if local else "Use the https address.")
    if certificate is None:
        return DoctorFinding("TLS", ok=True, seen="trusted")
    ends = datetime.fromtimestamp(ssl.cert_time_to_seconds(str(certificate["notAfter"])), UTC)
    days = (ends - now).days
    return DoctorFinding(
        "TLS",
        days >= MIN_CERTIFICATE_DAYS,
        f"trusted, for {days} more days",
        "" if days >= MIN_CERTIFICATE_DAYS else "Renew the certificate.",
    )


def _check_clock(said: str | None, now: datetime) -> DoctorFinding:
    if said is None:
        return DoctorFinding("clock", ok=True, seen="the endpoint does not say its time")
    apart = abs((parsedate_to_datetime(said) - now).total_seconds())
    ok = apart <= MAX_CLOCK_SKEW_SECONDS
    fix = "" if ok else "Set this machine's clock by NTP: signed logins are refused from 300 seconds on."
    return DoctorFinding("clock", ok, f"{apart:.0f} seconds from the service's", fix)


def _check_login(service: Service) -> DoctorFinding:
    """A signed request with an unknown API Key: only a function that reads its table can refuse it for that reason."""
    url = f"{service.connection.login_url.removesuffix('/login')}/user"
    return _check_refusal(
        service,
        "login",
        "GET",
        url,
        signed_headers("GET", url, b"", _UNKNOWN_API_KEY, _UNKNOWN_API_KEY, service.clock()),
    )


def _check_gate(service: Service) -> DoctorFinding:
    """A call with unknown credentials: only a function that reads its table can refuse it for that reason."""
    keys = {
        "Authorization": f"Bearer {_UNKNOWN_TOKEN}",
        "X-API-Key": _UNKNOWN_API_KEY,
        "X-API-Secret": _UNKNOWN_API_KEY,
    }
    return _check_refusal(service, "gate", "POST", service.connection.mcp_url, keys)


def _check_refusal(service: Service, name: str, method: str, url: str, headers: dict[str, str]) -> DoctorFinding:
    """Whether unknown credentials are refused (401), or throttled (429) after many such requests from one address."""
    message = {"jsonrpc": "2.0", "id": 1, "method": "ping"} if method == "POST" else None
    try:
        with service.make_client() as http:
            status = http.request(
                method, url, json=message, headers={"User-Agent": "affino-mcp", **headers}
            ).status_code
    except httpx.HTTPError:
        return DoctorFinding(name, ok=False, seen=f"{url}: nothing answers", fix=_SILENT_FAULT[1])
    if status == 503:
        return DoctorFinding(name, ok=False, seen="its function does not reach its stores (503)", fix=_FUNCTION_FIX)
    ok = status in _REFUSAL_STATUSES
    return DoctorFinding(
        name, ok, "answers as it must" if ok else f"answers {status} instead of 401", "" if ok else _FUNCTION_FIX
    )


def _check_stores(service: Service) -> Iterator[DoctorFinding]:
    yield from _check_tables(service)
    yield _check_secrets(service)


def _check_tables(service: Service) -> Iterator[DoctorFinding]:
    for setting in _TABLE_SETTINGS:
        table = getattr(service.settings, setting)
        try:
            service.stores.database.get(table, _UNKNOWN_ROW)
        except StoreUnavailable as error:
            yield _unreadable_finding(f"table {table}", error)
        else:
            yield DoctorFinding(f"table {table}", ok=True, seen="can be read")


def _check_secrets(service: Service) -> DoctorFinding:
    name = profile_secret_name(service.settings.secrets_prefix, _UNKNOWN_ROW.pk)
    try:
        service.stores.secrets.read(name, "0" * 32)
    except KeyError:
        return DoctorFinding("secrets", ok=True, seen=f"those below {service.settings.secrets_prefix} can be asked for")
    except StoreUnavailable as error:
        return _unreadable_finding("secrets", error)
    return DoctorFinding("secrets", ok=True, seen="can be read")


def check_layout(service: Service) -> DoctorFinding:
    """Whether lists and searches find every record by the rows that are stored."""
    try:
        layout = service.index_upkeep.read_layout()
    except StoreUnavailable as error:
        return _unreadable_finding("layout of the records' rows", error)
    seen = (
        f"{layout.stored}, as this version writes them"
        if layout.is_current
        else f"{layout.stored}, not {layout.current}"
    )
    fix = "" if layout.is_current else "'affino-mcp reindex' brings them over, while the service runs."
    return DoctorFinding("layout of the records' rows", layout.is_current, seen, fix)


def _check_last_days(service: Service) -> DoctorFinding:
    """Whether no profile's last day is near: within 2 days it is red, within 14 it is told."""
    try:
        now = service.clock()
        listed = list_open_profiles(service.stores.database, service.settings, now)
    except StoreUnavailable as error:
        return _unreadable_finding("profiles", error)
    near = [(one.name, found) for one in listed if (found := find_expiry_notice(one.terms.expires, now)) is not None]
    ok = all(found.stage is not ExpiryStage.URGENT for _, found in near)
    told = "; ".join(f"{name} {found.words}" for name, found in near)
    fix = "'affino-mcp profile set NAME --expires DATE' sets another last day; else tell who uses it."
    return DoctorFinding("profiles", ok, told or "none expires within 14 days", "" if ok else fix)


def _unreadable_finding(name: str, error: StoreUnavailable) -> DoctorFinding:
    seen, fix = _STORE_FAULTS.get(str(error), _SILENT_FAULT)
    return DoctorFinding(name, ok=False, seen=seen, fix=fix)


def _check_iam(caller: str, stores: list[DoctorFinding]) -> DoctorFinding:
    denied = [one.name for one in stores if one.seen == _STORE_FAULTS["AccessDeniedException"][0]]
    if denied:
        fix = "Give this caller read access, or use the operators' role."
        return DoctorFinding("IAM", ok=False, seen=f"{caller} may not read: {', '.join(denied)}", fix=fix)
    return DoctorFinding("IAM", ok=True, seen=f"{caller} may read what an operator needs")
