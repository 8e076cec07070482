"""Expands the template as CloudFormation sees it: SAM's resources translated offline, parameters with their defaults.

cfn-lint does not translate SAM; a dangling DependsOn or a wrong action shows only in the expanded template.
"""

from __future__ import annotations

import json
import logging
import os
from pathlib import Path
from typing import Any

from cfnlint.decode import cfn_yaml
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator

from scripts.build import ROOT

Template = dict[str, Any]
REGION = "eu-west-1"
ARTIFACT_LOCATIONS = {"CodeUri": "s3://artifacts/code.zip", "ContentUri": "s3://artifacts/layer.zip"}


def load_template(path: Path) -> Template:
    """Reads a template file as plain dictionaries, with short tags (`!Ref`) written out."""
    template: Template = json.loads(json.dumps(cfn_yaml.load(str(path))))
    return template


def load_source_template() -> Template:
    """The project's template, unexpanded."""
    return load_template(ROOT / "template.yaml")


def expand_template(template: Template, **parameters: str) -> Template:
    """The CloudFormation template that SAM makes of this one with these parameters, the others with their defaults.

    Artifacts are named as if they had been uploaded.
    """
    os.environ.setdefault("AWS_DEFAULT_REGION", REGION)
    logging.getLogger("samtranslator").setLevel(logging.ERROR)
    template = json.loads(json.dumps(template))
    for resource in template["Resources"].values():
        properties = resource.get("Properties", {})
        properties.update({name: place for name, place in ARTIFACT_LOCATIONS.items() if name in properties})
    expanded: Template = Translator({}, Parser()).translate(template, _default_parameters(template) | parameters)
    return expanded


def resources_of_type(template: Template, kind: str) -> dict[str, Template]:
    """The template's resources of one type, by logical name."""
    return {name: each for name, each in template["Resources"].items() if each["Type"] == kind}


def _default_parameters(template: Template) -> dict[str, Any]:
    return {name: parameter.get("Default", "") for name, parameter in template.get("Parameters", {}).items()}
