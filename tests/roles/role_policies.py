"""What the roles of a deployment's functions allow, as IAM sees it: their statements and those of the buckets they use."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from scripts.expand import Template, expand_template, load_source_template
from tests.roles.intrinsics import Deployment
from tests.roles.policy_evaluation import Statement

FUNCTIONS = ("McpEndpoint", "InstanceApi", "LoginProxy", "ControlCentre", "Housekeeping", "OAuthAuthorizer")
_TOLD = {"AlarmTopicArn": "arn:aws:sns:eu-west-1:123456789012:AlarmTopic"}
STACKS: Mapping[str, Mapping[str, str]] = {
    "builtin": _TOLD,
    "federated": _TOLD | {"InstanceUrl": "https://people.example"},
}
"""The kinds of stack whose roles differ, with the parameters that make them: whose people log in there. Both tell somebody."""


@cache
def project_template() -> Template:
    """Gives the project's template as CloudFormation sees it."""
    return expand_template(load_source_template())


def role_statements(template: Template, function: str, stack: str = "builtin") -> list[Statement]:
    """Gives the statements of a function's role."""
    deployment = Deployment(template, STACKS[stack])
    policies = template["Resources"][f"{function}Role"]["Properties"].get("Policies", [])
    documents = [deployment.resolve(policy["PolicyDocument"]) for policy in policies]
    return [statement for document in documents for statement in document["Statement"]]


def bucket_statements(template: Template, stack: str = "builtin") -> list[Statement]:
    """Gives the statements of the buckets' own policies. All of them deny, and for everybody."""
    deployment, found = Deployment(template, STACKS[stack]), list[Statement]()
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::S3::BucketPolicy" and _exists(deployment, resource):
            found += deployment.resolve(resource["Properties"]["PolicyDocument"])["Statement"]
    return found


def _exists(deployment: Deployment, resource: Mapping[str, Any]) -> bool:
    return "Condition" not in resource or deployment.holds(resource["Condition"])
