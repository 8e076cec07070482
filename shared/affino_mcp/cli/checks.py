"""The checks of `affino-mcp doctor`: the public endpoints as clients reach them, and the stores as operators do."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final

import httpx

from affino_mcp.cli.service import Service
from affino_mcp.gate.abuse.request_signature import signed_headers
from affino_mcp.gate.profiles.profile import profile_secret_name
from affino_mcp.http.own_address import is_loopback_address
from affino_mcp.store.ops import Key, StoreUnavailable

SKEW: Final = 120
"""Seconds that this machine's clock may differ from the service's; logins are refused from five minutes on."""
DAYS: Final = 14
"""Days for which a certificate must still be valid."""
_TABLES: Final = ("gate_table", "audit_table", "records_table", "credentials_table")
_NOWHERE: Final = Key("doctor", "doctor")
_NOBODY: Final = "doctor0000000000"
_NOBODYS: Final = "00000000-0000-4000-8000-000000000000"
"""A row key, an API Key with its secret, and a token that do not exist.

All are well formed, because malformed ones are refused before any store is asked.
"""
_REFUSED: Final = (401, 429)
_FIRST: Final = "The endpoint comes first."
_LOOK: Final = "Look at the function's log group, and at its role in the template."
_WHY: Final = {
    "AccessDeniedException": ("these AWS credentials may not read it", "Use a role that may, or ask for the right."),
    "ResourceNotFoundException": ("it does not exist", "Deploy the stack again; locally: 'make run' with FRESH=1."),
}
_SILENT: Final = ("nothing answers", "Is the service running, and is the network there? Locally: 'make run'.")


@dataclass(frozen=True)
class Finding:
    """The result of one check: whether it passed, what was seen, and if not what to do."""

    name: str
    ok: bool
    seen: str
    fix: str = ""


def findings(service: Service) -> Iterator[Finding]:
    """The results of every check that needs no password, in order of dependence, each as soon as it is known."""
    yield from _public(service)
    yield _login(service)
    yield _gate(service)
    stores: list[Finding] = []
    for one in _stores(service):
        stores.append(one)
        yield one
    if service.stack is not None:
        yield _iam(service.stack.caller, stores)


def _public(service: Service) -> Iterator[Finding]:
    url = f"{service.connection.mcp_url.removesuffix('/mcp')}/health"
    try:
        with service.http() as http, http.stream("GET", url) as answer:
            certificate = _certificate(answer)
            answer.read()
    except httpx.HTTPError as error:
        yield from _unreached(url, untrusted="CERTIFICATE" in str(error))
        return
    ok = answer.status_code == 200
    yield Finding("endpoint", ok, f"{url} answers {answer.status_code}", "" if ok else _LOOK)
    yield _tls(url, certificate, service.clock())
    yield _clock(answer.headers.get("date"), service.clock())


def _unreached(url: str, *, untrusted: bool) -> Iterator[Finding]:
    """The failed checks of an endpoint that cannot be reached; what cannot be checked counts as failed."""
    yield Finding("endpoint", ok=False, seen=f"{url}: nothing answers", fix=_SILENT[1])
    if untrusted:
        yield Finding("TLS", ok=False, seen="not trusted", fix="Renew the certificate.")
    else:
        yield Finding("TLS", ok=False, seen="not reached", fix=_FIRST)
    yield Finding("clock", ok=False, seen="not compared", fix=_FIRST)


def _certificate(answer: httpx.Response) -> dict[str, Any] | None:
    stream = answer.extensions.get("network_stream")
    found = stream.get_extra_info("ssl_object") if stream else None
    return found.getpeercert() if isinstance(found, ssl.SSLObject | ssl.SSLSocket) else None


def _tls(url: str, certificate: dict[str, Any] | None, now: datetime) -> Finding:
    if not url.startswith("https://"):
        local = is_loopback_address(url) and httpx.URL(url).host in {"127.0.0.1", "localhost", "::1"}
        seen = "plain HTTP, on this machine only" if local else "plain HTTP: secrets can be read on the way"
        return Finding("TLS", local, seen, "" if local else "Use the https address.")
    if certificate is None:
        return Finding("TLS", ok=True, seen="trusted")
    ends = datetime.fromtimestamp(ssl.cert_time_to_seconds(str(certificate["notAfter"])), UTC)
    days = (ends - now).days
    return Finding(
        "TLS", days >= DAYS, f"trusted, for {days} more days", "" if days >= DAYS else "Renew the certificate."
    )


def _clock(said: str | None, now: datetime) -> Finding:
    if said is None:
        return Finding("clock", ok=True, seen="the endpoint does not say its time")
    apart = abs((parsedate_to_datetime(said) - now).total_seconds())
    ok = apart <= SKEW
    fix = "" if ok else "Set this machine's clock by NTP: signed logins are refused from 300 seconds on."
    return Finding("clock", ok, f"{apart:.0f} seconds from the service's", fix)


def _login(service: Service) -> Finding:
    """A signed request with an unknown API Key: only a function that reads its table can refuse it for that reason."""
    url = f"{service.connection.login_url.removesuffix('/login')}/user"
    return _refuses(service, "login", "GET", url, signed_headers("GET", url, b"", _NOBODY, _NOBODY, service.clock()))


def _gate(service: Service) -> Finding:
    """A call with unknown credentials: only a function that reads its table can refuse it for that reason."""
    keys = {"Authorization": f"Bearer {_NOBODYS}", "X-API-Key": _NOBODY, "X-API-Secret": _NOBODY}
    return _refuses(service, "gate", "POST", service.connection.mcp_url, keys)


def _refuses(service: Service, name: str, method: str, url: str, headers: dict[str, str]) -> Finding:
    """Whether unknown credentials are refused (401), or throttled (429) after many such requests from one address."""
    message = {"jsonrpc": "2.0", "id": 1, "method": "ping"} if method == "POST" else None
    try:
        with service.http() as http:
            status = http.request(
                method, url, json=message, headers={"User-Agent": "affino-mcp", **headers}
            ).status_code
    except httpx.HTTPError:
        return Finding(name, ok=False, seen=f"{url}: nothing answers", fix=_SILENT[1])
    if status == 503:
        return Finding(name, ok=False, seen="its function does not reach its stores (503)", fix=_LOOK)
    ok = status in _REFUSED
    return Finding(name, ok, "answers as it must" if ok else f"answers {status} instead of 401", "" if ok else _LOOK)


def _stores(service: Service) -> Iterator[Finding]:
    yield from _tables(service)
    yield _secrets(service)


def _tables(service: Service) -> Iterator[Finding]:
    for setting in _TABLES:
        table = getattr(service.settings, setting)
        try:
            service.stores.database.get(table, _NOWHERE)
        except StoreUnavailable as error:
            yield _missing(f"table {table}", error)
        else:
            yield Finding(f"table {table}", ok=True, seen="can be read")


def _secrets(service: Service) -> Finding:
    name = profile_secret_name(service.settings.secrets_prefix, _NOWHERE.pk)
    try:
        service.stores.secrets.read(name, "0" * 32)
    except KeyError:
        return Finding("secrets", ok=True, seen=f"those below {service.settings.secrets_prefix} can be asked for")
    except StoreUnavailable as error:
        return _missing("secrets", error)
    return Finding("secrets", ok=True, seen="can be read")


def _missing(name: str, error: StoreUnavailable) -> Finding:
    seen, fix = _WHY.get(str(error), _SILENT)
    return Finding(name, ok=False, seen=seen, fix=fix)


def _iam(caller: str, stores: list[Finding]) -> Finding:
    denied = [one.name for one in stores if one.seen == _WHY["AccessDeniedException"][0]]
    if denied:
        fix = "Give this caller read access, or use the operators' role."
        return Finding("IAM", ok=False, seen=f"{caller} may not read: {', '.join(denied)}", fix=fix)
    return Finding("IAM", ok=True, seen=f"{caller} may read what an operator needs")
