"""The check of `affino-mcp doctor` of the OAuth door: whether there is one and why not, and whether apps find it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

import httpx

from affino_mcp.cli.checks import DoctorFinding
from affino_mcp.cli.service import Service
from affino_mcp.http.oauth_places import RESOURCE_PATH, OAuthPlaces

OAUTH_DOOR: Final = "OAuth door"
_OUTPUT: Final = "OAuthUrl"
_REASONS: Final[Mapping[str, tuple[bool, str]]] = {
    "DomainName": (False, "the stack has no DomainName, and apps find the door by documents at a host's root"),
    "BasePath": (True, "the stack is below a BasePath, and apps find the door by documents at the host's root"),
    "InstanceUrl": (True, "people log in at another instance (InstanceUrl), whose tokens are not kept here"),
}
"""By parameter: whether it is why there is no door when it is given, or when it is not; and in words."""
_LOCAL_REASON: Final = "the service runs without AFFINO_PUBLIC_URL, or with people of another instance"
_FIX: Final = "Deploy the stack again; then look at the answers of API Gateway's API at /oauth, and at its authorizer."


def check_oauth_door(service: Service) -> Iterator[DoctorFinding]:
    """Yields the one finding: there is none, and why; or there is, and apps are led to it, or not."""
    if reason := _find_stack_reason(service):
        yield DoctorFinding(OAUTH_DOOR, ok=True, seen=f"none: {reason}")
        return
    places = find_oauth_places(service)
    try:
        with service.make_client() as http:
            document, asked = http.get(places.resource_metadata), http.post(places.resource, json={})
    except httpx.HTTPError:
        yield DoctorFinding(
            OAUTH_DOOR, ok=False, seen=f"{places.resource}: nothing answers", fix="The endpoint comes first."
        )
        return
    if service.stack is None and document.status_code == 404:
        yield DoctorFinding(OAUTH_DOOR, ok=True, seen=f"none: {_LOCAL_REASON}")
        return
    faults = list(_find_faults(places, document, asked))
    seen = f"{places.resource}: {'; '.join(faults) or 'apps find it, and are told where to connect'}"
    yield DoctorFinding(OAUTH_DOOR, not faults, seen, _FIX if faults else "")


def _find_stack_reason(service: Service) -> str:
    """Why the stack has no OAuth door; empty when it has one, and in the local run."""
    if service.stack is None or _OUTPUT in service.stack.outputs:
        return ""
    given = service.stack.parameters
    reasons = [words for name, (when_given, words) in _REASONS.items() if bool(given.get(name)) is when_given]
    return reasons[0] if reasons else "the stack was deployed by a version without it: deploy it again"


def find_no_door_reason(service: Service) -> str:
    """Why the service has no OAuth door, in the local run too; empty when it has one."""
    if service.stack is None:
        return "" if service.settings.oauth_on else _LOCAL_REASON
    return _find_stack_reason(service)


def find_oauth_places(service: Service) -> OAuthPlaces:
    """The addresses of the door, where there is one."""
    if service.stack is None:
        return OAuthPlaces(service.public_url)
    return OAuthPlaces(service.stack.outputs[_OUTPUT].removesuffix(RESOURCE_PATH))


def _find_faults(places: OAuthPlaces, document: httpx.Response, asked: httpx.Response) -> Iterator[str]:
    if document.status_code != 200 or f'"{places.resource}"' not in document.text:
        yield f"{places.resource_metadata} answers {document.status_code}, or names another address"
    if asked.status_code != 401:
        yield f"a request without a token gets {asked.status_code} instead of 401"
    elif asked.headers.get("www-authenticate") != places.challenge():
        yield "its 401 does not say where to connect (WWW-Authenticate)"
