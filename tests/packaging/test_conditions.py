"""What the stack becomes by its parameters."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from cfnlint.api import lint

from affino_mcp.housekeeping.open_calls import ASKING_AGE, CALL_CLOSING_AGE
from affino_mcp.store.stacks import KEPT_OUTPUTS
from scripts.expand import Template, expand_template, resources_of_type
from tests.packaging.decided_template import decide_conditions

KEY = "arn:aws:kms:eu-west-1:123456789012:key/1111"
UNDECIDED = {"W2001", "W8001", "W1030"}
"""What cfn-lint says of parameters that are not used any more, and of their other values."""
KEPT = {
    "GateTable": "old-gate",
    "CredentialsTable": "old-credentials",
    "AuditTable": "old-audit",
    "RecordsTable": "old-records",
    "WordsTable": "old-words",
    "MediaBucket": "old-media",
    "DigestBucket": "old-digests",
}
EVERYTHING = {
    "DomainName": "mcp.orbital.example",
    "CertificateArn": "arn:aws:acm:eu-west-1:123456789012:certificate/1",
    "HostedZoneId": "Z123",
    "BasePath": "crm",
    "RequestsPerSource": 2000,
    "ControlNetworks": ["203.0.113.0/24"],
    "LoginConcurrency": 5,
    "ControlConcurrency": 5,
    "KeyArn": KEY,
    "AlarmEmail": "ops@orbital.example",
    "MonthlyBudget": 50,
}


def test_by_default_nothing_is_made_that_was_not_asked_for(template: Template) -> None:
    made = {one["Type"] for one in decide_conditions(template)["Resources"].values()}
    assert not made & {
        "AWS::WAFv2::WebACL",
        "AWS::ApiGateway::DomainName",
        "AWS::Route53::RecordSet",
        "AWS::SNS::Topic",
        "AWS::Budgets::Budget",
    }


@pytest.mark.parametrize("parameters", [{}, EVERYTHING], ids=["defaults", "everything"])
def test_what_is_left_is_a_sound_template(template: Template, parameters: dict[str, Any]) -> None:
    decided = {name: part for name, part in decide_conditions(template, **parameters).items() if name != "Conditions"}
    found = [f for f in lint(json.dumps(decided)) if f.rule.id not in UNDECIDED]
    assert [str(one) for one in found] == []


def test_everything_that_can_be_asked_for_is_made(template: Template) -> None:
    resources = decide_conditions(template, **EVERYTHING)["Resources"]
    assert {"Domain", "DomainPath", "DomainRecord", "Firewall", "ControlSources", "AlarmTopic", "Budget"} <= set(
        resources
    )
    assert resources["LoginProxy"]["Properties"]["ReservedConcurrentExecutions"] == {"Ref": "LoginConcurrency"}
    rules = resources["Firewall"]["Properties"]["Rules"]
    assert [rule["Name"] for rule in rules] == ["control-networks", "requests-per-source"]


def test_one_key_encrypts_tables_files_and_logs_and_every_role_may_use_it_through_them_alone(
    template: Template,
) -> None:
    resources = decide_conditions(template, KeyArn=KEY)["Resources"]
    tables = [one for one in resources.values() if one["Type"] == "AWS::DynamoDB::Table"]
    logs = [one for one in resources.values() if one["Type"] == "AWS::Logs::LogGroup"]
    assert {str(one["Properties"]["SSESpecification"]["KMSMasterKeyId"]) for one in tables} == {"{'Ref': 'KeyArn'}"}
    assert {str(one["Properties"]["KmsKeyId"]) for one in logs} == {"{'Ref': 'KeyArn'}"}
    for role in ("McpEndpointRole", "InstanceApiRole", "LoginProxyRole", "ControlCentreRole", "HousekeepingRole"):
        (policy,) = resources[role]["Properties"]["Policies"]
        (own,) = [each for each in policy["PolicyDocument"]["Statement"] if each["Sid"] == "OwnKey"]
        assert own["Resource"] == {"Ref": "KeyArn"}
        assert list(own["Condition"]["StringEquals"]) == ["kms:ViaService"]


@pytest.mark.parametrize("kept", KEPT, ids=str)
def test_a_kept_table_or_bucket_is_used_in_place_of_a_new_one(template: Template, kept: str) -> None:
    decided = decide_conditions(template, **{f"Existing{kept}": KEPT[kept]})
    resources = decided["Resources"]
    assert kept not in resources
    assert decided["Outputs"][kept]["Value"] == {"Ref": f"Existing{kept}"}
    left = json.dumps({name: one for name, one in resources.items() if name != kept})
    assert f'"Ref": "{kept}"' not in left
    assert f'"Fn::GetAtt": ["{kept}", "Arn"]' not in left
    assert f"${{Existing{kept}}}" in left, "the roles name it"


def test_every_kept_output_has_its_parameter(template: Template) -> None:
    asked = {name.removeprefix("Existing") for name in template["Parameters"] if name.startswith("Existing")}
    assert asked == set(KEPT_OUTPUTS) == {*KEPT, "DigestKey", "SecretsPrefix"}


def test_a_stack_on_everything_kept_makes_no_state_of_its_own(template: Template) -> None:
    kept = {f"Existing{name}": value for name, value in KEPT.items()}
    more = {"ExistingDigestKey": KEY, "ExistingSecretsPrefix": "affino-mcp/former"}
    decided = decide_conditions(template, **kept, **more)
    assert not resources_of_type(decided, "AWS::DynamoDB::Table")
    assert not resources_of_type(decided, "AWS::S3::Bucket")
    assert not resources_of_type(decided, "AWS::KMS::Key")
    assert decided["Outputs"]["SecretsPrefix"]["Value"] == {"Ref": "ExistingSecretsPrefix"}
    secrets = [line for line in json.dumps(decided["Resources"]).split("arn:") if "secretsmanager" in line]
    assert secrets


@pytest.mark.parametrize(("asked", "groups"), [("false", 0), ("true", 1)], ids=["at once", "gradual"])
def test_a_gradual_rollout_goes_back_when_the_endpoint_fails(written: Template, asked: str, groups: int) -> None:
    expanded = expand_template(written, GradualRollout=asked)
    found = resources_of_type(expanded, "AWS::CodeDeploy::DeploymentGroup")
    assert len(found) == groups
    for group in found.values():
        alarms = group["Properties"]["AlarmConfiguration"]["Alarms"]
        assert [alarm["Name"]["Ref"] for alarm in alarms] == ["McpEndpointFails", "ServerErrors"]
        assert group["Properties"]["AutoRollbackConfiguration"]["Enabled"] is True
    policy = expanded["Resources"]["McpEndpointAliaslive"].get("UpdatePolicy", {})
    assert ("CodeDeployLambdaAliasUpdate" in policy) is bool(groups)


def test_calls_to_an_instance_elsewhere_are_closed_within_five_minutes(template: Template) -> None:
    elsewhere = decide_conditions(template, InstanceUrl="https://instance.example")
    rules = resources_of_type(elsewhere, "AWS::Events::Rule").values()
    (rule,) = [rule for rule in rules if "Input" not in rule["Properties"]["Targets"][0]]
    turn = timedelta(minutes=2)
    assert rule["Properties"]["ScheduleExpression"] == f"rate({turn.seconds // 60} minutes)"
    assert elsewhere["Resources"]["Housekeeping"]["Properties"]["Timeout"] < turn.seconds
    assert turn > ASKING_AGE
    assert CALL_CLOSING_AGE + turn <= timedelta(minutes=5)
