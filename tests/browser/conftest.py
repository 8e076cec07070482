"""Fixtures: Debian's Chromium driven by Playwright, which is installed by apt when it is missing and apt may be used."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.browser.control_service import Operator, Service, service

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
APT = ["apt-get", "install", "--yes", "--quiet", "--no-install-recommends", "chromium"]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Adds the option that names the folder of the docs' pictures; without it no picture is kept."""
    parser.addoption("--pictures", default=None, metavar="FOLDER", help="write the docs' pictures there")


@pytest.fixture
def pictures(request: pytest.FixtureRequest) -> Path | None:
    """The folder of the docs' pictures; None to keep none."""
    folder = request.config.getoption("--pictures", default=None)
    return Path(folder) if folder else None


def _install() -> None:
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        pytest.skip("no Chromium at /usr/bin/chromium, and only root can install it: apt-get install chromium")
    for command in (["apt-get", "update", "--quiet"], APT):
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=900)
        if done.returncode:
            pytest.skip(f"Chromium could not be installed: {command[0]} {command[1]} failed")


@pytest.fixture(scope="session")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """One headless Chromium for all tests of a worker; one worker installs it for all."""
    with (tmp_path_factory.getbasetemp().parent / "chromium.lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        if not CHROMIUM.exists():
            _install()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    """A browser profile of its own, 1280 px wide."""
    made = chromium.new_context(viewport={"width": 1280, "height": 800})
    made.set_default_timeout(30_000)
    yield made
    made.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    """A page that fails the test when a script or the security policy reports an error."""
    made = context.new_page()
    made.on("pageerror", lambda error: pytest.fail(f"a script failed: {error}"))
    return made


@pytest.fixture
def whole() -> Iterator[Service]:
    """The service after a working day."""
    with service() as running:
        yield running


@pytest.fixture
def operator(page: Page, whole: Service, pictures: Path | None) -> Operator:
    """The service's operator, signed in."""
    made = Operator(page, whole, pictures)
    made.signs_in()
    return made
