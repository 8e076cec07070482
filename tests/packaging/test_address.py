"""The stack's own address, its firewall, and what API Gateway itself answers."""

from __future__ import annotations

import json
from typing import Any

import pytest

from scripts.build import ROOT
from scripts.expand import Template, resources_of_type

OURS = {"jsonrpc", "id", "error"}
NEVER_SEEN_BY_A_FUNCTION = {
    "ACCESS_DENIED": ("403", "not_allowed"),
    "DEFAULT_4XX": (None, "bad_request"),
    "DEFAULT_5XX": (None, "outcome_unknown"),
    "EXPIRED_TOKEN": ("404", "path_not_found"),
    "INTEGRATION_FAILURE": ("502", "outcome_unknown"),
    "INTEGRATION_TIMEOUT": ("504", "outcome_unknown"),
    "INVALID_SIGNATURE": ("404", "path_not_found"),
    "MISSING_AUTHENTICATION_TOKEN": ("404", "path_not_found"),
    "QUOTA_EXCEEDED": ("429", "rate_limited"),
    "REQUEST_TOO_LARGE": ("413", "body_too_large"),
    "RESOURCE_NOT_FOUND": ("404", "path_not_found"),
    "THROTTLED": ("429", "rate_limited"),
    "UNSUPPORTED_MEDIA_TYPE": ("415", "bad_request"),
    "WAF_FILTERED": ("403", "not_allowed"),
}


def gateway_responses(template: Template) -> dict[str, dict[str, Any]]:
    api = template["Resources"]["Api"]
    found: dict[str, dict[str, Any]] = api["Properties"]["Body"]["x-amazon-apigateway-gateway-responses"]
    return found


@pytest.mark.parametrize(("kind", "wanted"), NEVER_SEEN_BY_A_FUNCTION.items(), ids=str)
def test_what_api_gateway_answers_itself_has_our_shape(
    template: Template, kind: str, wanted: tuple[str | None, str]
) -> None:
    answer = gateway_responses(template)[kind]
    document = json.loads(answer["responseTemplates"]["application/json"])
    data = document["error"]["data"]
    assert set(document) == OURS
    assert (answer.get("statusCode"), data["type"]) == wanted
    assert document["error"]["type"] == data["type"]
    assert data["request_id"] == "$context.requestId"
    assert all(data[key] for key in ("who_can_fix", "next"))
    assert f"| {data['type']}" in (errors := (ROOT / "docs/errors.md").read_text()) or data["type"] in errors
    assert ("Retry-After" in json.dumps(answer)) is (wanted[1] == "rate_limited")


def test_every_answer_of_api_gateway_is_listed_here(template: Template) -> None:
    assert set(gateway_responses(template)) == set(NEVER_SEEN_BY_A_FUNCTION)


def test_no_binary_type_is_declared(template: Template) -> None:
    """A declared type would make API Gateway hand Base64 to functions, and `*/*` every body."""
    for api in resources_of_type(template, "AWS::ApiGateway::RestApi").values():
        assert "BinaryMediaTypes" not in api["Properties"]
        assert "x-amazon-apigateway-binary-media-types" not in api["Properties"]["Body"]


def test_a_domain_is_made_only_when_it_is_named(template: Template) -> None:
    resources = template["Resources"]
    assert [resources[name]["Condition"] for name in ("Domain", "DomainPath", "DomainRecord")] == [
        "HasDomain",
        "HasDomain",
        "HasZone",
    ]
    assert resources["Domain"]["Properties"]["SecurityPolicy"] == "TLS_1_2"


@pytest.mark.parametrize(
    ("output", "end"),
    [("McpUrl", "mcp"), ("LoginUrl", "rest/${InstanceName}/login"), ("ControlUrl", "control"), ("HubUrl", "hub")],
    ids=str,
)
def test_an_address_is_below_the_domain_when_there_is_one(template: Template, output: str, end: str) -> None:
    condition, named, unnamed = template["Outputs"][output]["Value"]["Fn::If"]
    assert condition == "HasDomain"
    below, at_root = (value["Fn::Sub"] for value in named["Fn::If"][1:])
    assert (below, at_root) == (f"https://${{DomainName}}/${{BasePath}}/{end}", f"https://${{DomainName}}/{end}")
    assert unnamed["Fn::Sub"].endswith(f"/live/{end}")


def test_the_firewall_guards_the_stage_and_what_it_limits_is_optional(template: Template) -> None:
    resources = template["Resources"]
    assert {resources[name]["Condition"] for name in ("Firewall", "FirewallAssociation")} == {"HasFirewall"}
    rules = resources["Firewall"]["Properties"]["Rules"]
    assert [rule["Fn::If"][0] for rule in rules] == ["LimitsControl", "LimitsSources"]
    assert [list(rule["Fn::If"][1]["Action"]) for rule in rules] == [["Block"], ["Block"]]
    assert resources["FirewallAssociation"]["Properties"]["ResourceArn"]["Fn::Sub"].endswith(
        "/restapis/${Api}/stages/live"
    )


def test_nothing_that_costs_is_made_unless_asked_for(template: Template) -> None:
    defaults = {name: parameter.get("Default") for name, parameter in template["Parameters"].items()}
    assert {name: defaults[name] for name in ("DomainName", "KeyArn", "RequestsPerSource", "ControlNetworks")} == {
        "DomainName": "",
        "KeyArn": "",
        "RequestsPerSource": 0,
        "ControlNetworks": "",
    }
