"""OAuth in the template: nothing of it without a domain of its own; with one, the authorizer, its answers and its addresses."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from affino_mcp.http.custom_domain import MAPPED_PATH_VARIABLE
from affino_mcp.http.oauth_places import LOGIN_PATHS, RESOURCE_METADATA_PATH, RESOURCE_PATH, OAuthPlaces
from affino_mcp.mcp_edge.app_door import CONNECT_AGAIN
from scripts.expand import Template
from tests.packaging.decided_template import decide_conditions

DOMAIN = {"DomainName": "mcp.orbital.example", "CertificateArn": "arn:aws:acm:eu-west-1:123456789012:certificate/1"}
MADE = {
    "DiscoveryApi",
    "DiscoveryPath",
    "OAuthApi",
    "OAuthAuthorizer",
    "OAuthAuthorizerLogs",
    "OAuthAuthorizerRole",
    "OAuthPath",
}
METHODS = {"get", "post", "delete", "options", "x-amazon-apigateway-any-method"}
Routes = dict[str, dict[str, Any]]


def body(template: Template, api: str) -> dict[str, Any]:
    found: dict[str, Any] = template["Resources"][api]["Properties"]["Body"]
    return found


def base_path(template: Template, mapping: str) -> str:
    return f"/{template['Resources'][mapping]['Properties']['BasePath']}"


@pytest.fixture(scope="module")
def at_a_domain(template: Template) -> Template:
    """The template of a stack with a domain."""
    return decide_conditions(template, **DOMAIN)


@pytest.fixture(scope="module")
def routes(at_a_domain: Template) -> Routes:
    """The whole paths of the OAuth APIs, with their methods."""
    pairs = (("OAuthApi", "OAuthPath"), ("DiscoveryApi", "DiscoveryPath"))
    return {
        base_path(at_a_domain, mapping) + path: methods
        for api, mapping in pairs
        for path, methods in body(at_a_domain, api)["paths"].items()
    }


@pytest.mark.parametrize(
    "given",
    [{}, DOMAIN | {"BasePath": "crm"}, DOMAIN | {"InstanceUrl": "https://people.example"}],
    ids=["no-domain", "below-a-path", "people-of-another-instance"],
)
def test_without_the_door_nothing_of_it_is_made(template: Template, given: dict[str, str]) -> None:
    decided = decide_conditions(template, **given)
    assert not [name for name in decided["Resources"] if name.startswith(("OAuth", "Discovery"))]
    assert not {"OAuthUrl", "OAuthAuthorizerFunction"} & set(decided["Outputs"])
    functions = ("McpEndpoint", "LoginProxy", "ControlCentre", "Housekeeping")
    variables = [decided["Resources"][name]["Properties"]["Environment"]["Variables"] for name in functions]
    assert not [each for each in variables if "AFFINO_PUBLIC_URL" in each]
    assert set(body(decided, "Api")["paths"]) == set(body(template, "Api")["paths"])
    assert "oauth" not in json.dumps(body(decided, "Api")).casefold()


def test_with_a_domain_all_of_it_is_made(at_a_domain: Template) -> None:
    resources = at_a_domain["Resources"]
    assert set(resources) >= MADE
    address = {"Fn::Sub": "https://${DomainName}"}
    for name in ("McpEndpoint", "LoginProxy", "ControlCentre", "Housekeeping", "OAuthAuthorizer"):
        assert resources[name]["Properties"]["Environment"]["Variables"]["AFFINO_PUBLIC_URL"] == address
    assert at_a_domain["Outputs"]["OAuthUrl"]["Value"] == {"Fn::Sub": f"https://${{DomainName}}{RESOURCE_PATH}"}


def test_the_addresses_are_those_of_the_service(routes: Routes) -> None:
    """The login function's, the endpoint's, its card, and what is not there."""
    assert set(routes) == LOGIN_PATHS | {RESOURCE_PATH, f"{RESOURCE_PATH}/server-card", "/.well-known/{proxy+}"}


def test_each_address_is_served_by_its_function(at_a_domain: Template, routes: Routes) -> None:
    for path, methods in routes.items():
        function = "LoginProxy" if path in LOGIN_PATHS else "McpEndpoint"
        for method, route in methods.items():
            assert method in METHODS
            uri = route["x-amazon-apigateway-integration"]["uri"]["Fn::Sub"][1]["Function"]
            assert uri == {"Ref": f"{function}Aliaslive"}, path
    called = [one for one in at_a_domain["Resources"].values() if one["Type"] == "AWS::Lambda::Permission"]
    callers = {
        (one["Properties"]["FunctionName"]["Ref"], match[1])
        for one in called
        if (match := re.search(r"\$\{(OAuthApi|DiscoveryApi)\}", json.dumps(one["Properties"].get("SourceArn"))))
    }
    assert callers == {
        ("OAuthAuthorizerAliaslive", "OAuthApi"),
        ("McpEndpointAliaslive", "OAuthApi"),
        ("LoginProxyAliaslive", "OAuthApi"),
        ("McpEndpointAliaslive", "DiscoveryApi"),
        ("LoginProxyAliaslive", "DiscoveryApi"),
    }


def test_the_authorizer_stands_before_one_address_and_its_answers_are_never_kept(
    at_a_domain: Template, routes: Routes
) -> None:
    """A kept answer would let an ended app in for minutes."""
    guarded = {path for path, methods in routes.items() for route in methods.values() if "security" in route}
    assert guarded == {RESOURCE_PATH}
    assert all(route["security"] == [{"App": []}] for route in routes[RESOURCE_PATH].values())
    (scheme,) = body(at_a_domain, "OAuthApi")["components"]["securitySchemes"].values()
    authorizer = scheme["x-amazon-apigateway-authorizer"]
    assert authorizer["authorizerResultTtlInSeconds"] == 0
    assert (authorizer["type"], authorizer["identitySource"]) == ("request", "method.request.header.Authorization")
    assert "securitySchemes" not in json.dumps(body(at_a_domain, "DiscoveryApi"))
    assert "securitySchemes" not in json.dumps(body(at_a_domain, "Api"))


def gateway_answer(template: Template, kind: str) -> dict[str, Any]:
    found: dict[str, Any] = body(template, "OAuthApi")["x-amazon-apigateway-gateway-responses"][kind]
    return found


def test_the_challenge_is_the_services_own(at_a_domain: Template) -> None:
    """The same header and the same body, whether API Gateway or the endpoint answers."""
    answer = gateway_answer(at_a_domain, "UNAUTHORIZED")
    header = answer["responseParameters"]["gatewayresponse.header.WWW-Authenticate"]["Fn::Sub"]
    places = OAuthPlaces("https://mcp.orbital.example")
    assert header.replace("${DomainName}", "mcp.orbital.example") == f"'{places.challenge()}'"
    assert RESOURCE_METADATA_PATH in header
    assert answer["statusCode"] == "401"
    assert json.loads(answer["responseTemplates"]["application/json"]) == CONNECT_AGAIN


def test_an_app_that_was_given_too_little_gets_the_authorizers_challenge(at_a_domain: Template) -> None:
    answer = gateway_answer(at_a_domain, "ACCESS_DENIED")
    headers = answer["responseParameters"]
    assert headers["gatewayresponse.header.WWW-Authenticate"] == "context.authorizer.challenge"
    assert answer["statusCode"] == "403"
    assert json.loads(answer["responseTemplates"]["application/json"])["error"] == "insufficient_scope"


def test_an_authorizer_that_fails_is_told_as_a_fault_that_passes(at_a_domain: Template) -> None:
    answer = gateway_answer(at_a_domain, "AUTHORIZER_FAILURE")
    assert (answer["statusCode"], answer["responseParameters"]) == (
        "503",
        {"gatewayresponse.header.Retry-After": "'1'"},
    )


def test_what_api_gateway_answers_besides_is_as_in_the_first_api(at_a_domain: Template) -> None:
    key = "x-amazon-apigateway-gateway-responses"
    own, first = body(at_a_domain, "OAuthApi")[key], body(at_a_domain, "Api")[key]
    differing = {kind for kind in own if own[kind] != first.get(kind)}
    assert differing == {"UNAUTHORIZED", "ACCESS_DENIED", "AUTHORIZER_FAILURE"}
    assert body(at_a_domain, "DiscoveryApi")[key] == first


@pytest.mark.parametrize("api", ["OAuthApi", "DiscoveryApi"])
def test_the_apis_are_reached_by_the_domain_alone_and_counted_with_the_first(template: Template, api: str) -> None:
    """The alarms and the dashboard add up what has one name."""
    found = template["Resources"][api]["Properties"]
    assert found["Name"] == template["Resources"]["Api"]["Properties"]["Name"] == {"Ref": "AWS::StackName"}
    (server,) = found["Body"]["servers"]
    assert server["x-amazon-apigateway-endpoint-configuration"] == {"disableExecuteApiEndpoint": True}


@pytest.mark.parametrize(("api", "mapping"), [("OAuthApi", "OAuthPath"), ("DiscoveryApi", "DiscoveryPath")])
def test_a_stage_tells_the_functions_where_it_is_mapped(at_a_domain: Template, api: str, mapping: str) -> None:
    stage = at_a_domain["Resources"][f"{api}liveStage"]["Properties"]
    assert stage["Variables"] == {MAPPED_PATH_VARIABLE: at_a_domain["Resources"][mapping]["Properties"]["BasePath"]}


def test_guesses_are_throttled_like_logins(at_a_domain: Template) -> None:
    stage = at_a_domain["Resources"]["OAuthApiliveStage"]["Properties"]
    slow = {
        (one["HttpMethod"], one["ResourcePath"].replace("~1", "/").removeprefix("/"))
        for one in stage["MethodSettings"]
        if one["ThrottlingRateLimit"] == {"Ref": "LoginThrottleRate"}
    }
    assert slow == {("GET", "/authorize"), ("POST", "/consent"), ("POST", "/token"), ("POST", "/register")}


def test_the_firewall_guards_them_too(template: Template) -> None:
    decided = decide_conditions(template, **DOMAIN, RequestsPerSource=2000)
    guarded = [
        one["Properties"]["ResourceArn"]["Fn::Sub"]
        for one in decided["Resources"].values()
        if one["Type"] == "AWS::WAFv2::WebACLAssociation"
    ]
    assert sorted(re.findall(r"\$\{(\w*Api)\}", " ".join(guarded))) == ["Api", "DiscoveryApi", "OAuthApi"]


def test_no_catalogue_is_published_unless_asked_for(template: Template) -> None:
    """An instance for its own staff need not announce itself."""
    assert template["Parameters"]["PublishCatalog"]["Default"] == "no"
