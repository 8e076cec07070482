"""The stack at a domain of its own: the OAuth door behind API Gateway's authorizer, and an app that a person connects."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import httpx

from affino_mcp import clock
from affino_mcp.gate.grants.registered_clients import RegisteredClients
from affino_mcp.gate.profiles.admission_terms import AdmissionTerms
from affino_mcp.http.oauth_places import RESOURCE_PATH, OAuthPlaces
from scripts.deploy_local.oauth_handshake import CALLBACK, Handshake
from scripts.deploy_local.operations import EMAIL, PASSWORD, Operator
from scripts.deploy_local.permissions import AUTHORIZER_RULES, find_broken_rules
from scripts.deploy_local.smoke import CheckFailed, Smoke, require_equal
from scripts.deploy_local.stack import Stack
from scripts.expand import load_source_template

DOMAIN: Final = "mcp.orbital.test"
CERTIFICATE: Final = "arn:aws:acm:eu-west-1:000000000000:certificate/11111111-2222-4333-8444-555555555555"
PLACES: Final = OAuthPlaces(f"https://{DOMAIN}")
OAUTH_STEP: Final = (
    "a domain that is given later: an app is connected by OAuth through the authorizer; by hand, because MiniStack does not "
    "read them from an API's text: API Gateway's own 401, 403 and 503. Not tried: TLS, a certificate, the closed addresses"
)
_OWN_ANSWERS: Final = ("UNAUTHORIZED", "ACCESS_DENIED", "AUTHORIZER_FAILURE")
_OPENED: Final = AdmissionTerms(connectable=("Sales Managers",))


def check_own_domain(stack: Stack, template: Path, smoke: Smoke) -> None:
    """Gives the running stack a domain, and connects an app there. Raises CheckFailed when a step goes wrong."""
    stack.deploy(template, DomainName=DOMAIN, CertificateArn=CERTIFICATE)
    require_equal("the output OAuthUrl", stack.read_outputs()["OAuthUrl"], PLACES.resource)
    put_own_answers(stack)
    if broken := list(find_broken_rules(stack, AUTHORIZER_RULES)):
        raise CheckFailed("; ".join(broken))
    operator = Operator.from_stack(stack)
    operator.profiles.change(smoke.profile.key, terms=_OPENED)
    app = Handshake(lambda *place, **request: send_to_domain(stack, *place, **request), PLACES, register_app(operator))
    for what, found, wanted in app.connect(EMAIL, PASSWORD, smoke.profile.name):
        require_equal(what, found, wanted)
    refused = app.send("POST", RESOURCE_PATH)
    require_equal("the challenge", refused.headers.get("www-authenticate"), PLACES.challenge())
    require_equal("the body of the 401", refused.json()["error"], "invalid_token")
    last = operator.read_log(smoke.profile)[-1]
    require_equal(
        "the app in the API Log", (last.door, last.client_id, last.person_email), ("oauth", app.client_id, EMAIL)
    )


def send_to_domain(stack: Stack, method: str, path: str, **request: Any) -> httpx.Response:
    """Sends one request to the emulator in the domain's name."""
    headers = {"Host": DOMAIN, **request.pop("headers", {})}
    return httpx.request(method, stack.endpoint + path, headers=headers, timeout=60, trust_env=False, **request)


def register_app(operator: Operator) -> str:
    """Registers an app as operators do; gives its client id."""
    clients = RegisteredClients(operator.stores.database, operator.settings, clock.utc_now)
    return clients.add("Smoke app", [CALLBACK], public=True).client.client_id


def put_own_answers(stack: Stack) -> None:
    """Puts the template's answers of API Gateway's own by its API, and deploys them: what the API's text says at AWS."""
    gateway, api = stack.make_client("apigateway"), stack.physical_name("OAuthApi")
    answers = load_source_template()["Resources"]["OAuthApi"]["Properties"]["GatewayResponses"]
    for kind in _OWN_ANSWERS:
        given = answers[kind]
        headers = {name: _fill_domain(value) for name, value in given["ResponseParameters"]["Headers"].items()}
        gateway.put_gateway_response(
            restApiId=api,
            responseType=kind,
            statusCode=given["StatusCode"],
            responseParameters={f"gatewayresponse.header.{name}": value for name, value in headers.items()},
            responseTemplates=given["ResponseTemplates"],
        )
    gateway.create_deployment(restApiId=api, stageName="live")


def _fill_domain(value: Any) -> str:
    text: str = value["Fn::Sub"] if isinstance(value, dict) else value
    return text.replace("${DomainName}", DOMAIN)
