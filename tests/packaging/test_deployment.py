"""The built artifacts: imported without any other package, as in Lambda, and deployed into the emulator."""

import copy
import json
import subprocess
import sys

import pytest

from scripts.build import LAMBDA_PYTHON, ROOT, Build, find_python
from scripts.deploy_local.stack import (
    REFUSED_TYPES,
    drop_unknown_conditions,
    set_runtime,
    strip_refused,
    watch_first_metrics,
)
from scripts.expand import Template, resources_of_type

FUNCTIONS = ["McpEndpoint", "InstanceApi", "LoginProxy", "ControlCentre", "Housekeeping", "OAuthAuthorizer"]
IMPORT = "import sys; sys.path += sys.argv[1:]; import app; assert callable(app.handler)"
LIKE_LAMBDA = {
    "PATH": "/usr/bin:/bin",
    "AWS_REGION": "eu-west-1",
    "AWS_ACCESS_KEY_ID": "none",
    "AWS_SECRET_ACCESS_KEY": "none",
}


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("name", FUNCTIONS)
def test_lambda_would_import_it(built: Build, name: str) -> None:
    python = find_python(built.version)
    assert python
    layers = [str(built.folder / layer / "python") for layer in ("SharedLayer", "DependenciesLayer")]
    paths = [str(built.folder / name), *layers]
    command = [python, "-I", "-S", "-c", IMPORT, *paths]
    done = subprocess.run(command, env=LIKE_LAMBDA, capture_output=True, text=True, check=False, cwd="/")
    assert done.returncode == 0, done.stderr[-3000:]


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("artifact", [*FUNCTIONS, "SharedLayer", "DependenciesLayer"])
def test_every_module_ships_with_its_byte_code(built: Build, artifact: str) -> None:
    tag = f"cpython-{built.version.replace('.', '')}"
    sources = [path for path in (built.folder / artifact).rglob("*.py") if path.stat().st_size]
    bare = [str(path) for path in sources if not (path.parent / "__pycache__" / f"{path.stem}.{tag}.pyc").exists()]
    assert sources
    assert bare == []


def test_only_what_the_emulator_refuses_is_left_out(template: Template) -> None:
    kept = strip_refused(template)["Resources"]
    left_out = {resource["Type"] for name, resource in template["Resources"].items() if name not in kept}
    assert left_out == REFUSED_TYPES


def test_an_old_entry_in_the_list_of_refused_types_is_told(template: Template) -> None:
    resources = {name: one for name, one in template["Resources"].items() if one["Type"] not in REFUSED_TYPES}
    with pytest.raises(ValueError, match="QueryDefinition"):
        strip_refused({**template, "Resources": resources})


def test_the_emulator_gets_alarms_of_one_metric(template: Template) -> None:
    local = watch_first_metrics(copy.deepcopy(template))
    alarms = {name: one["Properties"] for name, one in resources_of_type(local, "AWS::CloudWatch::Alarm").items()}
    assert [name for name, one in alarms.items() if "Metrics" in one or not one["MetricName"]] == []
    assert (alarms["WritesThrottled"]["MetricName"], alarms["WritesThrottled"]["Period"]) == (
        "WriteThrottleEvents",
        300,
    )


def test_another_python_is_written_into_functions_and_layers(template: Template) -> None:
    text = json.dumps(set_runtime(template, "3.11"))
    assert f"python{LAMBDA_PYTHON}" not in text
    assert text.count("python3.11") == json.dumps(template).count(f"python{LAMBDA_PYTHON}")
    assert ("ApplyOn" in text, "ApplyOn" in json.dumps(set_runtime(template, LAMBDA_PYTHON))) == (False, True)


@pytest.mark.slow
@pytest.mark.emulator
@pytest.mark.timeout(900)
def test_deploy_local_is_green(built: Build) -> None:
    command = [sys.executable, "-m", "scripts.deploy_local", "--built", str(built.folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    assert ": green (" in done.stdout.splitlines()[-1]


def test_the_emulator_gets_no_condition_that_no_request_of_its_fulfils(written: Template) -> None:
    """MiniStack has no `dynamodb:LeadingKeys`; every other condition is deployed as it is."""
    assert '"Null": {"dynamodb:' in json.dumps(written)
    local = json.dumps(drop_unknown_conditions(copy.deepcopy(written)))
    assert '"Null": {"dynamodb:' not in local
    for kept in ("ForAllValues:StringLike", '"Null": {"s3:if-none-match"', "s3:prefix"):
        assert local.count(kept) == json.dumps(written).count(kept)
