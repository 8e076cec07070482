"""A build for another processor: its packages are that processor's, and what was built says so to whoever deploys it."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from scripts import build
from scripts.build import ROOT, Build


@pytest.mark.parametrize(("architecture", "machine"), [("x86_64", "x86_64"), ("arm64", "aarch64")])
def test_packages_are_taken_for_the_processor(architecture: str, machine: str, tmp_path: Path) -> None:
    shown = subprocess.run(
        ["make", "-n", "-f", ROOT / "layers/Makefile", "build-DependenciesLayer", f"ARTIFACTS_DIR={tmp_path}"],
        env={"PATH": "/usr/bin:/bin", "ARCHITECTURE": architecture, "ALLOW_NO_BYTECODE": "1"},
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
    )
    asked = [word for word in shown.stdout.split() if word.startswith("manylinux")]
    assert asked == [f"{name}_{machine}" for name in ("manylinux2014", "manylinux_2_28", "manylinux_2_34")]


@pytest.mark.parametrize("architecture", ["x86_64", "arm64"])
def test_the_built_template_says_what_was_built(architecture: str, tmp_path: Path) -> None:
    target = Build("3.13", tmp_path, architecture)
    target.template_file.write_text((ROOT / "template.yaml").read_text())
    build._tell_architecture(target)
    parameter = target.template_file.read_text().partition("\n  Architecture:\n")[2].partition("AllowedValues")[0]
    assert f"Default: {architecture}" in parameter


def test_a_build_for_another_processor_has_a_cache_of_its_own(tmp_path: Path) -> None:
    folders = {Build("3.13", tmp_path, name).cache_folder for name in ("x86_64", "arm64")}
    assert len(folders) == 2
