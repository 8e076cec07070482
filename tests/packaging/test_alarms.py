"""The alarms: each watches this stack alone, and a metric that somebody writes."""

from typing import Any

from affino_mcp.observability import METRIC_NAMESPACE
from scripts.build import ROOT
from scripts.expand import Template, resources_of_type

COUNTED_SOON = {"DigestLate"}
"""Metrics whose alarm is there before the code that counts them."""
OWN_DIMENSIONS = [{"Name": "stack", "Value": {"Ref": "AWS::StackName"}}]


def alarms_of(template: Template) -> list[dict[str, Any]]:
    return [alarm["Properties"] for alarm in resources_of_type(template, "AWS::CloudWatch::Alarm").values()]


def test_an_alarm_of_an_own_metric_watches_its_own_stack_and_tells_the_topic(template: Template) -> None:
    alarms = alarms_of(template)
    own = [alarm for alarm in alarms if not alarm["Namespace"].startswith("AWS/")]
    assert {alarm["Namespace"] for alarm in own} == {METRIC_NAMESPACE}
    assert [alarm["Dimensions"] for alarm in own] == [OWN_DIMENSIONS] * len(own)
    assert {alarm["MetricName"]: (alarm["Threshold"], alarm["Period"]) for alarm in own} == {
        "AuditRowLost": (1, 60),
        "AuthFailures": (100, 300),
        "DigestLate": (1, 300),
        "LoginGuardDown": (1, 60),
        "OperatorRowLost": (1, 60),
        "RowsOpen": (1, 300),
        "SelfCheckFailed": (1, 3600),
        "StoreAccessRefused": (1, 60),
        "StoreUnavailable": (5, 300),
    }
    told = {"Fn::If": ["HasAlarmTopic", [{"Ref": "AlarmTopicArn"}], {"Ref": "AWS::NoValue"}]}
    assert [alarm["AlarmActions"] for alarm in alarms] == [told] * len(alarms)


def test_a_metric_filter_counts_by_stack(template: Template) -> None:
    for one in resources_of_type(template, "AWS::Logs::MetricFilter").values():
        (counted,) = one["Properties"]["MetricTransformations"]
        assert counted["Dimensions"] == [{"Key": "stack", "Value": "$.stack"}]
        assert "DefaultValue" not in counted, "CloudWatch refuses it beside dimensions"


def test_a_metric_that_alarms_is_written_by_aws_by_a_filter_or_by_the_code(template: Template) -> None:
    package = "\n".join(path.read_text() for path in (ROOT / "shared/affino_mcp").rglob("*.py"))
    filters = resources_of_type(template, "AWS::Logs::MetricFilter").values()
    filtered = [each for one in filters for each in one["Properties"]["MetricTransformations"]]
    written = {(str(each["MetricNamespace"]), each["MetricName"]) for each in filtered}
    for alarm in resources_of_type(template, "AWS::CloudWatch::Alarm").values():
        namespace, name = str(alarm["Properties"]["Namespace"]), alarm["Properties"]["MetricName"]
        counted = namespace == METRIC_NAMESPACE and (f'count_metric("{name}"' in package or name in COUNTED_SOON)
        assert namespace.startswith("AWS/") or (namespace, name) in written or counted, name
