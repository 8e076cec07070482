"""Ending an overlap from a page that is out of date."""

from __future__ import annotations

from datetime import timedelta

from tests.unit.control_edge.desk import OperatorBrowser, text_of


def test_an_old_page_ends_no_newer_overlap(operator: OperatorBrowser) -> None:
    """Another operator has meanwhile regenerated the secret again, with a new overlap."""
    world, profile = operator.world, operator.world.create_profile("Newsroom")
    path = f"/profiles/{profile.key}"
    world.profiles.regenerate_secret(profile.key, overlap=timedelta(hours=1))
    page = operator.get(path)
    newer = world.profiles.regenerate_secret(profile.key, overlap=timedelta(hours=24))
    answer = operator.send(f"{path}/end-overlap", page)
    assert world.profiles.get(profile.key).profile == newer
    location = answer.headers["location"].removeprefix("/control")
    assert "Nothing was ended" in text_of(operator.get(location))
    assert operator.operator_rows()[-1]["outcome"] == "error"
