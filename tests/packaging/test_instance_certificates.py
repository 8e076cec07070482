"""The template's parameter for the certificates that vouch for an instance elsewhere: its form, and where it leads."""

from __future__ import annotations

import re
from typing import Any

import pytest

from affino_mcp.http.trusted_authorities import make_trust
from affino_mcp.settings import Settings
from affino_mcp.store.stacks import STACK_PARAMETERS
from scripts.deploy_local.authority import Authority
from scripts.expand import Template, resources_of_type
from tests.roles.intrinsics import Deployment

ONE, OTHER = Authority("Orbital").parameter, Authority("Orbital").parameter
LONG = "-----BEGIN CERTIFICATE-----" + 32 * f" {64 * 'A'}" + " -----END CERTIFICATE-----"
"""As long as that of an authority with a key of 4,096 bits."""
INSTANCE = {"InstanceUrl": "https://people.example"}
NAMES = {
    "InstanceUrl": "https://crm.people.orbital-laboratories.example:8443",
    "DomainName": "mcp.services.orbital-laboratories.example",
    "AllowedOrigins": "https://one.orbital-laboratories.example,https://two.orbital-laboratories.example",
    "InstanceName": "a" * 40,
}
"""Long ones; a physical name is some 45 characters longer than the logical one."""
FUNCTIONS = ("McpEndpoint", "LoginProxy", "ControlCentre", "Housekeeping")


def parameter(written: Template) -> dict[str, Any]:
    found: dict[str, Any] = written["Parameters"]["InstanceCertificates"]
    return found


def descriptions(template: Template, certificates: str) -> set[str]:
    """What the versions of all functions are called with these certificates."""
    deployed = Deployment(template, INSTANCE | {"InstanceCertificates": certificates})
    versions = resources_of_type(template, "AWS::Lambda::Version").values()
    return {deployed.resolve(each["Properties"]["Description"]) for each in versions}


@pytest.mark.parametrize(
    "text", ["", ONE, f"{ONE} ", f"{ONE} {OTHER}", LONG], ids=["none", "one", "space", "two", "long"]
)
def test_certificates_on_one_line_are_taken_and_trusted(written: Template, text: str) -> None:
    assert re.fullmatch(parameter(written)["AllowedPattern"], text)
    assert len(text) <= parameter(written)["MaxLength"]
    named = 0 if text in ("", LONG) else text.count("BEGIN")
    assert len(make_trust(text).get_ca_certs()) == named or not text


@pytest.mark.parametrize(
    "text",
    [
        Authority().pem,
        Authority().issue("people.example").replace("\n", " "),
        "affino-mcp/certificates",
        f"Subject: Orbital {ONE}",
        ONE[:-5],
        " ",
    ],
    ids=["lines", "a private key", "a name", "more text", "cut", "a space"],
)
def test_anything_else_is_refused_before_anything_is_deployed(written: Template, text: str) -> None:
    assert not re.fullmatch(parameter(written)["AllowedPattern"], text)


def test_another_certificate_publishes_other_versions(template: Template) -> None:
    """A version keeps the environment that it was published with, and CloudFormation replaces it when its description changes."""
    ways = [descriptions(template, text) for text in ("", ONE, OTHER, f"{OTHER} {ONE}")]
    assert [len(way) for way in ways] == [1] * 4
    assert (len(set.union(*ways[:3])), ways[3]) == (3, ways[2])
    assert max(map(len, set.union(*ways))) <= 256 - 100, "there is room for a domain"


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_longest_fits_into_a_functions_environment(template: Template, written: Template, name: str) -> None:
    """AWS Lambda quotas: all environment variables of a function together have at most 4 KB."""
    longest = "A" * parameter(written)["MaxLength"]
    deployed = Deployment(template, NAMES | {"InstanceCertificates": longest})
    found = deployed.resolve(template["Resources"][name]["Properties"]["Environment"]["Variables"])
    physical = 45 * sum(variable.endswith(("_TABLE", "_BUCKET")) for variable in found)
    assert found["AFFINO_INSTANCE_CERTIFICATES"] == longest
    assert sum(len(variable) + len(str(value)) for variable, value in found.items()) + physical < 4096


@pytest.mark.parametrize("name", FUNCTIONS)
def test_commands_take_from_a_stack_what_its_functions_have(template: Template, name: str) -> None:
    variables = template["Resources"][name]["Properties"]["Environment"]["Variables"]
    fields = Settings.__dataclass_fields__
    for setting, given in STACK_PARAMETERS.items():
        assert variables[fields[setting].metadata["variable"]] == {"Ref": given}
    by_name = {each["Ref"] for each in variables.values() if isinstance(each, dict) and "Ref" in each}
    kept = {"InstanceName", "AWS::StackName", "LogLevel"}
    asked = {ref for ref in by_name if ref in template["Parameters"] or ref in kept}
    assert asked - kept == set(STACK_PARAMETERS.values())
