"""The alarms: each watches this stack alone, and a metric that somebody writes."""

import json
import re
from typing import Any

import pytest

from affino_mcp.audit.log import line_fields
from affino_mcp.audit.row import AuditRow, Outcome
from affino_mcp.observability import METRIC_NAMESPACE
from scripts.build import ROOT
from scripts.expand import Template, resources_of_type

COUNTED_SOON = {"DigestLate"}
"""Metrics whose alarm is there before the code that counts them."""
TOLD = {
    "Fn::If": [
        "TellsSomebody",
        [{"Fn::If": ["HasAlarmTopic", {"Ref": "AlarmTopicArn"}, {"Ref": "AlarmTopic"}]}],
        {"Ref": "AWS::NoValue"},
    ]
}
OWN_DIMENSIONS = [{"Name": "stack", "Value": {"Ref": "AWS::StackName"}}]


def alarms_of(template: Template) -> list[dict[str, Any]]:
    return [alarm["Properties"] for alarm in resources_of_type(template, "AWS::CloudWatch::Alarm").values()]


def test_an_alarm_of_an_own_metric_watches_its_own_stack_and_tells_the_topic(template: Template) -> None:
    alarms = alarms_of(template)
    own = [alarm for alarm in alarms if not alarm.get("Namespace", "AWS/").startswith("AWS/")]
    assert {alarm["Namespace"] for alarm in own} == {METRIC_NAMESPACE}
    assert [alarm["Dimensions"] for alarm in own] == [OWN_DIMENSIONS] * len(own)
    assert {alarm["MetricName"]: (alarm["Threshold"], alarm["Period"]) for alarm in own} == {
        "AppTokenReused": (1, 60),
        "AttributionMismatch": (1, 60),
        "AuditRowLost": (1, 60),
        "CollectionNearlyFull": (1, 3600),
        "DigestLate": (1, 300),
        "LoginBlocked": (50, 300),
        "LoginGuardDown": (1, 60),
        "OperatorRowLost": (1, 60),
        "RowsOpen": (1, 300),
        "SelfCheckFailed": (1, 3600),
        "StoreAccessRefused": (1, 60),
        "StoreUnavailable": (5, 300),
        "WrongCredentials": (100, 300),
    }
    assert [alarm["AlarmActions"] for alarm in alarms] == [TOLD] * len(alarms)


@pytest.mark.parametrize("function", ["McpEndpoint", "InstanceApi", "LoginProxy", "ControlCentre", "Housekeeping"])
def test_every_function_is_watched_for_errors_and_throttles(template: Template, function: str) -> None:
    dimensions = [{"Name": "FunctionName", "Value": {"Ref": function}}]
    found = {alarm["MetricName"] for alarm in alarms_of(template) if alarm.get("Dimensions") == dimensions}
    assert {"Errors", "Throttles"} <= found
    assert ("Duration" in found) is (function != "Housekeeping")


def test_a_slow_function_is_told_of_before_its_time_out(template: Template) -> None:
    for alarm in alarms_of(template):
        if alarm.get("MetricName") == "Duration":
            (function,) = (dimension["Value"]["Ref"] for dimension in alarm["Dimensions"])
            seconds = template["Resources"][function]["Properties"]["Timeout"]
            assert alarm["Threshold"] == 800 * seconds


@pytest.mark.parametrize("name", ["WritesThrottled", "ReadsThrottled"])
def test_every_table_and_index_of_the_log_is_watched(template: Template, name: str) -> None:
    metrics = template["Resources"][name]["Properties"]["Metrics"]
    watched = [each["MetricStat"]["Metric"]["Dimensions"] for each in metrics if "MetricStat" in each]
    tables = resources_of_type(template, "AWS::DynamoDB::Table")
    indexes = tables["AuditTable"]["Properties"]["GlobalSecondaryIndexes"]
    assert {dimensions[0]["Value"]["Fn::If"][1]["Ref"] for dimensions in watched} == set(tables)
    assert {dimensions[1]["Value"] for dimensions in watched if dimensions[1:]} == {
        each["IndexName"] for each in indexes
    }
    assert len(watched) <= 10, "CloudWatch takes at most ten metrics in the expression of an alarm"


def test_only_the_records_have_partitions_with_a_limit_of_size(template: Template) -> None:
    """Only in a table with local indexes is a partition limited to 10 GB: the alarm CollectionsNearlyFull is about this one."""
    tables = resources_of_type(template, "AWS::DynamoDB::Table")
    limited = [name for name, one in tables.items() if one["Properties"].get("LocalSecondaryIndexes")]
    assert limited == ["RecordsTable"]


def test_every_alarm_has_a_runbook(template: Template) -> None:
    """The alarm's description is what is in the mail; the page has a heading for each."""
    page = (ROOT / "docs/runbooks.md").read_text()
    named = {name for name in resources_of_type(template, "AWS::CloudWatch::Alarm") if f"`{name}`" not in page}
    assert named == set()
    for alarm in alarms_of(template):
        heading = alarm["AlarmDescription"].partition("Runbook - ")[2].rstrip(".")
        assert f"## {heading.capitalize()}\n" in page, alarm["AlarmDescription"]


def test_the_dashboard_shows_every_alarm(template: Template) -> None:
    (dashboard,) = resources_of_type(template, "AWS::CloudWatch::Dashboard").values()
    shown = {name.removesuffix("Alarm") for name in dashboard["Properties"]["DashboardBody"]["Fn::Sub"][1]}
    assert shown >= set(resources_of_type(template, "AWS::CloudWatch::Alarm"))


def test_a_metric_filter_counts_by_stack_what_is_in_the_lines(template: Template) -> None:
    """A dimension's value, and what is counted, must be fields of the line; the lines are those of real calls."""
    fields = {"McpEndpointLogs": call_line(), "InstanceApiLogs": call_line(), "LoginProxyLogs": {"result", "stack"}}
    for one in resources_of_type(template, "AWS::Logs::MetricFilter").values():
        (counted,) = one["Properties"]["MetricTransformations"]
        assert {"Key": "stack", "Value": "$.stack"} in counted["Dimensions"]
        assert "DefaultValue" not in counted, "CloudWatch refuses it beside dimensions"
        asked = re.findall(r"\$\.(\w+)", json.dumps(one["Properties"]))
        assert set(asked) <= fields[one["Properties"]["LogGroupName"]["Ref"]]


def call_line() -> set[str]:
    """The names of the fields of a call's line, with what Powertools adds to every line."""
    row = AuditRow("01HZ", "2026-11-27T09:00:00Z", "key", "name", "ping", Outcome.OK, 200)
    return {*line_fields(row), "message", "stack"}


@pytest.mark.parametrize("number", range(5))
def test_a_saved_query_asks_for_what_the_lines_hold(template: Template, number: int) -> None:
    name, query = sorted(resources_of_type(template, "AWS::Logs::QueryDefinition").items())[number]
    known = call_line() | {"service", "place", "error", "result", "refusals", "calls", "lines", "last", "p50", "p99"}
    text = query["Properties"]["QueryString"]
    asked = set(re.findall(r"\b(?:by|fields|sort|filter) ([\w, @]+)", text))
    words = {word for part in asked for word in re.findall(r"[a-z]\w+", part)} - {"timestamp", "desc", "and"}
    assert words <= known, name


def test_a_metric_that_alarms_is_written_by_aws_by_a_filter_or_by_the_code(template: Template) -> None:
    package = "\n".join(path.read_text() for path in (ROOT / "shared/affino_mcp").rglob("*.py"))
    filters = resources_of_type(template, "AWS::Logs::MetricFilter").values()
    filtered = [each for one in filters for each in one["Properties"]["MetricTransformations"]]
    written = {(str(each["MetricNamespace"]), each["MetricName"]) for each in filtered}
    for alarm in resources_of_type(template, "AWS::CloudWatch::Alarm").values():
        if "Metrics" in alarm["Properties"]:
            continue  # of AWS's own metrics: the test of tables and indexes above
        namespace, name = str(alarm["Properties"]["Namespace"]), alarm["Properties"]["MetricName"]
        counted = namespace == METRIC_NAMESPACE and (f'count_metric("{name}"' in package or name in COUNTED_SOON)
        assert namespace.startswith("AWS/") or (namespace, name) in written or counted, name
