"""Resolves CloudFormation's functions in a template as a deployment does, with logical names for physical ones."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from scripts.expand import Template

_ACCOUNT: Final = {
    "AWS::Partition": "aws",
    "AWS::Region": "eu-west-1",
    "AWS::AccountId": "123456789012",
    "AWS::StackName": "affino",
    "AWS::URLSuffix": "amazonaws.com",
}
_ARNS: Final = {
    "AWS::DynamoDB::Table": "arn:aws:dynamodb:eu-west-1:123456789012:table/{}",
    "AWS::S3::Bucket": "arn:aws:s3:::{}",
    "AWS::KMS::Key": "arn:aws:kms:eu-west-1:123456789012:key/{}",
    "AWS::Logs::LogGroup": "arn:aws:logs:eu-west-1:123456789012:log-group:{}:*",
}
_NO_VALUE: Final = object()
_VARIABLE: Final = re.compile(r"\$\{([^!}][^}]*)\}")


class Deployment:
    """A template with the values of its parameters, each of which takes its default when it is not given."""

    def __init__(self, template: Template, parameters: Mapping[str, str]) -> None:
        self._resources, self._conditions = template["Resources"], template.get("Conditions", {})
        defaults = {name: each.get("Default", "") for name, each in template.get("Parameters", {}).items()}
        self._values = {**_ACCOUNT, **defaults, **parameters}

    def resolve(self, value: Any) -> Any:
        """Gives the value with every function carried out. Raises ValueError for a function that it does not know."""
        if isinstance(value, list):
            found = [self.resolve(one) for one in value]
            return [one for one in found if one is not _NO_VALUE]
        if not isinstance(value, dict):
            return value
        name = next(iter(value)) if len(value) == 1 else ""
        if (name in ("Ref", "Condition") and isinstance(value[name], str)) or name.startswith("Fn::"):
            return self._call(name, value[name])
        found_by_name = {key: self.resolve(one) for key, one in value.items()}
        return {key: one for key, one in found_by_name.items() if one is not _NO_VALUE}

    def holds(self, name: str) -> bool:
        """True when the template's condition of this name holds."""
        return bool(self.resolve(self._conditions[name]))

    def _call(self, name: str, given: Any) -> Any:
        match name:
            case "Ref":
                return _NO_VALUE if given == "AWS::NoValue" else self._values.get(given, given)
            case "Condition":
                return self.holds(given)
            case "Fn::GetAtt":
                return self._attribute(given if isinstance(given, str) else ".".join(given))
            case "Fn::Sub":
                return self._substitute(given)
            case "Fn::If":
                return self.resolve(given[1] if self.holds(given[0]) else given[2])
        return self._decide(name, [self.resolve(one) for one in given])

    @staticmethod
    def _decide(name: str, given: list[Any]) -> Any:
        match name:
            case "Fn::Equals":
                return given[0] == given[1]
            case "Fn::Not":
                return not given[0]
            case "Fn::And":
                return all(given)
            case "Fn::Or":
                return any(given)
        return _compute(name, *given)

    def _substitute(self, given: Any) -> str:
        text, local = given if isinstance(given, list) else (given, {})
        own = {key: self.resolve(one) for key, one in local.items()}
        return _VARIABLE.sub(lambda found: str(self._variable(found[1], own)), text)

    def _variable(self, name: str, own: Mapping[str, Any]) -> Any:
        if name in own:
            return own[name]
        return self._attribute(name) if "." in name else self._call("Ref", name)

    def _attribute(self, path: str) -> str:
        resource, _, attribute = path.partition(".")
        if attribute != "Arn":
            raise ValueError(path)
        return _ARNS[self._resources[resource]["Type"]].format(resource)


def _compute(name: str, first: Any, second: Any) -> Any:
    match name:
        case "Fn::Join":
            return str(first).join(second)
        case "Fn::Split":
            return str(second).split(first)
        case "Fn::Select":
            return second[int(first)]
    raise ValueError(name)
