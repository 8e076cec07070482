"""Properties of every deployment, read from the template as CloudFormation sees it."""

import ast
import json
import re
from collections import Counter
from typing import Any

import pytest
from cfnlint.api import lint

from affino_mcp import VERSION
from affino_mcp.audit.row import all_calls_partition
from affino_mcp.settings import Settings
from scripts.build import LAMBDA_PYTHON, ROOT
from scripts.expand import Template, resources_of_type
from tests.packaging.decided_template import decide_conditions

ANSWERING = ["McpEndpoint", "InstanceApi", "LoginProxy", "ControlCentre"]
FUNCTIONS = [*ANSWERING, "Housekeeping", "OAuthAuthorizer"]
TABLES = ["GateTable", "AuditTable", "RecordsTable", "WordsTable", "CredentialsTable"]
RUNTIME = f"python{LAMBDA_PYTHON}"
SECRET_LOOK = re.compile(r"AKIA|BEGIN [A-Z ]*PRIVATE|[A-Za-z0-9+/_-]{32,}|password|secret=", re.IGNORECASE)
OWN_KEY = {"Fn::If": ["HasKey", {"Ref": "KeyArn"}, {"Ref": "AWS::NoValue"}]}
GIVEN_BY_LAMBDA = {"AWS_REGION"}
ONLY_LOGIN = {"AFFINO_CREDENTIALS_TABLE"}
ONLY_MCP = {"AFFINO_MEDIA_BUCKET"}
ONLY_HOUSE = {"AFFINO_DIGEST_BUCKET", "AFFINO_DIGEST_KEY", "AFFINO_NOTICES"}


def variables(template: Template, function: str) -> dict[str, Any]:
    found: dict[str, Any] = template["Resources"][function]["Properties"]["Environment"]["Variables"]
    return found


@pytest.mark.parametrize("form", ["template", "written"])
def test_cfn_lint_finds_nothing(request: pytest.FixtureRequest, form: str) -> None:
    found = [str(each) for each in lint(json.dumps(request.getfixturevalue(form)))]
    assert [each for each in found if "Parameter GradualRollout not used" not in each] == []  # SAM itself has used it


def test_sam_can_validate_it_as_it_is_written() -> None:
    """`sam validate --lint` refuses a template with merge keys, which CloudFormation cannot read."""
    assert "<<:" not in (ROOT / "template.yaml").read_text(encoding="utf-8")


def test_the_functions_and_tables_are_all_of_them(template: Template) -> None:
    assert sorted(resources_of_type(template, "AWS::Lambda::Function")) == sorted(FUNCTIONS)
    assert sorted(resources_of_type(template, "AWS::DynamoDB::Table")) == sorted(TABLES)


@pytest.mark.parametrize("name", TABLES)
def test_a_table_is_encrypted_restorable_kept_and_expires_rows(template: Template, name: str) -> None:
    table = template["Resources"][name]
    assert (table["DeletionPolicy"], table["UpdateReplacePolicy"]) == ("Retain", "Retain")
    assert table["Properties"]["DeletionProtectionEnabled"] is True
    assert table["Condition"] == f"Makes{name}"
    assert table["Properties"]["SSESpecification"] == {"SSEEnabled": True, "SSEType": "KMS", "KMSMasterKeyId": OWN_KEY}
    assert table["Properties"]["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert table["Properties"]["TimeToLiveSpecification"] == {"AttributeName": "ttl", "Enabled": True}
    assert table["Properties"]["BillingMode"] == "PAY_PER_REQUEST"
    assert "TableName" not in table["Properties"], "a fixed name forbids a second stack and a replacement"


@pytest.mark.parametrize("name", TABLES)
def test_a_row_is_addressed_by_pk_and_sk(template: Template, name: str) -> None:
    properties = template["Resources"][name]["Properties"]
    assert [(key["AttributeName"], key["KeyType"]) for key in properties["KeySchema"]] == [
        ("pk", "HASH"),
        ("sk", "RANGE"),
    ]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_is_traced_and_versioned(template: Template, name: str) -> None:
    properties = template["Resources"][name]["Properties"]
    assert properties["Runtime"] == RUNTIME
    assert properties["Architectures"] == [{"Ref": "Architecture"}]
    assert properties["TracingConfig"] == {"Mode": "PassThrough" if name == "OAuthAuthorizer" else "Active"}
    assert f"{name}Aliaslive" in template["Resources"]


@pytest.mark.parametrize("name", ANSWERING)
def test_a_function_that_somebody_waits_for_starts_from_a_snapshot_and_ends_in_time(
    template: Template, name: str
) -> None:
    properties = template["Resources"][name]["Properties"]
    parameter = properties["SnapStart"]["ApplyOn"]["Ref"]
    assert template["Parameters"][parameter]["AllowedValues"] == ["PublishedVersions", "None"]
    assert template["Parameters"][parameter]["Default"] == (
        "None" if name in {"ControlCentre", "InstanceApi"} else "PublishedVersions"
    )
    assert properties["Timeout"] < 29, "API Gateway gives up after 29 seconds"


@pytest.mark.parametrize("name", ANSWERING)
def test_a_function_is_kept_awake(template: Template, name: str) -> None:
    """A snapshot that is not used for 14 days is dropped (AWS Lambda Developer Guide, "Lambda SnapStart")."""
    rules = resources_of_type(template, "AWS::Events::Rule").values()
    asked = [rule["Properties"] for rule in rules if "self-check" in str(rule["Properties"]["Targets"][0].get("Input"))]
    assert [rule["ScheduleExpression"] for rule in asked if {"Ref": f"{name}Aliaslive"} in _targets(rule)] == [
        "rate(1 hour)"
    ]


def _targets(rule: dict[str, Any]) -> list[Any]:
    return [target["Arn"] for target in rule["Targets"]]


def test_a_deployment_leaves_no_version_behind(template: Template) -> None:
    """Each kept version costs its snapshot every month."""
    versions = resources_of_type(template, "AWS::Lambda::Version")
    assert len(versions) == len(FUNCTIONS)
    assert {version["DeletionPolicy"] for version in versions.values()} == {"Delete"}


def test_housekeeping_has_its_turn_every_five_minutes_and_is_done_before_the_next(template: Template) -> None:
    template = decide_conditions(template)
    rules = resources_of_type(template, "AWS::Events::Rule").values()
    (rule,) = [rule for rule in rules if "Input" not in rule["Properties"]["Targets"][0]]
    assert (rule["Properties"]["ScheduleExpression"], rule["Properties"]["State"]) == ("rate(5 minutes)", "ENABLED")
    assert [target["Arn"] for target in rule["Properties"]["Targets"]] == [{"Ref": "HousekeepingAliaslive"}]
    assert template["Resources"]["Housekeeping"]["Properties"]["Timeout"] < 5 * 60


def test_housekeeping_that_is_never_run_alarms_too(template: Template) -> None:
    """A rule that is off, or a function that is never run, makes no errors and no figures at all."""
    assert template["Resources"]["HousekeepingFails"]["Properties"]["TreatMissingData"] == "breaching"


def test_a_change_of_layer_or_environment_alone_publishes_a_version(written: Template) -> None:
    for function in resources_of_type(written, "AWS::Serverless::Function").values():
        assert function["Properties"]["AutoPublishAliasAllProperties"] is True


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_change_of_a_parameter_alone_publishes_a_version(template: Template, name: str) -> None:
    """A version with another description is another one. Each part must be in the environment too, or nothing has changed."""
    (version,) = [
        one["Properties"]
        for one in resources_of_type(template, "AWS::Lambda::Version").values()
        if one["Properties"]["FunctionName"] == {"Ref": name}
    ]
    text, parts = version["Description"]["Fn::Sub"]
    named = set(re.findall(r"\$\{(\w+)\}", text)) - set(parts)
    described = named | set(re.findall(r'"Ref": "(\w+)"', json.dumps(parts)))
    assert described >= {"DomainName", "BasePath", "InstanceUrl"}, "what the OAuth door depends on"
    assert "InstanceCertificates" in described, "what calls to the instance depend on"
    assert all(f'"Ref": "{one}"' in json.dumps(variables(template, name)) for one in described)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_logs_to_a_group_that_forgets(template: Template, name: str) -> None:
    group = template["Resources"][name]["Properties"]["LoggingConfig"]["LogGroup"]["Ref"]
    assert template["Resources"][group]["Properties"]["RetentionInDays"] == {"Ref": "LogRetentionDays"}


def test_log_groups_stay_when_the_stack_goes_and_stand_in_no_new_stacks_way(template: Template) -> None:
    for group in resources_of_type(template, "AWS::Logs::LogGroup").values():
        assert (group["DeletionPolicy"], group["UpdateReplacePolicy"]) == ("Retain", "Retain")
        assert "LogGroupName" not in group["Properties"]
        assert group["Properties"]["KmsKeyId"] == OWN_KEY


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_handler_exists(written: Template, function: str) -> None:
    properties = written["Resources"][function]["Properties"]
    module, name = written["Globals"]["Function"]["Handler"].split(".")
    tree = ast.parse((ROOT / properties["CodeUri"] / f"{module}.py").read_text())
    assigned = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    defined = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    assert name in assigned | defined


def test_layers_fit_the_functions(template: Template) -> None:
    for layer in resources_of_type(template, "AWS::Lambda::LayerVersion").values():
        assert layer["Properties"]["CompatibleRuntimes"] == [RUNTIME]
        assert layer["Properties"]["CompatibleArchitectures"] == [{"Ref": "Architecture"}]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_environment_is_the_settings_table(template: Template, name: str) -> None:
    known = {setting.metadata["variable"] for setting in Settings.__dataclass_fields__.values()}
    given = {variable for variable in variables(template, name) if variable.startswith("AFFINO_")}
    own = {"LoginProxy": ONLY_LOGIN, "McpEndpoint": ONLY_MCP, "Housekeeping": ONLY_HOUSE | ONLY_MCP}
    own |= {"ControlCentre": ONLY_MCP, "InstanceApi": ONLY_MCP}
    withheld = (ONLY_LOGIN | ONLY_MCP | ONLY_HOUSE) - own.get(name, set())
    assert given == known - GIVEN_BY_LAMBDA - withheld


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_environment_holds_no_secret(template: Template, name: str) -> None:
    literals = {key: value for key, value in variables(template, name).items() if isinstance(value, str)}
    assert {key: value for key, value in literals.items() if SECRET_LOOK.search(value)} == {}


def test_no_secret_is_written_in_the_template(template: Template) -> None:
    assert "SecretString" not in json.dumps(template)


def test_no_rate_can_be_set_that_the_logs_partitions_for_everybody_cannot_take(written: Template) -> None:
    """An entry of the index is one write unit (tests/unit/audit/test_row_size.py), whatever the row."""
    characters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
    share = max(Counter(map(all_calls_partition, characters)).values()) / len(characters)
    assert written["Parameters"]["ThrottleRate"]["MaxValue"] * share <= 1000


def test_every_dashboard_parses(template: Template) -> None:
    for dashboard in resources_of_type(template, "AWS::CloudWatch::Dashboard").values():
        body = re.sub(r"\$\{[^}]+\}", "x", dashboard["Properties"]["DashboardBody"]["Fn::Sub"][0])
        assert json.loads(body)["widgets"]


def test_the_access_log_is_one_json_object_without_credentials(template: Template) -> None:
    stages = resources_of_type(template, "AWS::ApiGateway::Stage").values()
    (text,) = {stage["Properties"]["AccessLogSetting"]["Format"]["Fn::Sub"] for stage in stages}
    line = json.loads(text)
    assert line["stack"] == "${AWS::StackName}"
    assert line["requestId"] == "$context.requestId"
    assert not re.search(r"authorization|api-key|header|querystring", json.dumps(line), re.IGNORECASE)


def test_the_stage_throttles_and_never_logs_bodies_or_headers(template: Template) -> None:
    for stage in resources_of_type(template, "AWS::ApiGateway::Stage").values():
        assert stage["Properties"]["StageName"] == "live"
        for settings in stage["Properties"]["MethodSettings"]:
            assert settings["DataTraceEnabled"] is False
            assert settings["ThrottlingRateLimit"]
            assert settings["ThrottlingBurstLimit"]


def test_the_outputs_are_what_the_command_line_needs(template: Template) -> None:
    assert template["Outputs"]["Version"]["Value"] == VERSION
    assert set(template["Outputs"]) == {
        "Version",
        "McpUrl",
        "LoginUrl",
        "ControlUrl",
        "HubUrl",
        "OAuthUrl",
        "AlarmsTell",
        "DomainTarget",
        "Instance",
        "SecretsPrefix",
        "MediaBucket",
        "DigestBucket",
        "DigestKey",
        *(f"{name}Function" for name in FUNCTIONS),
        *TABLES,
    }
