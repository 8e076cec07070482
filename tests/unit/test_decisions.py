"""docs/decisions/README.md lists every decision note."""

from __future__ import annotations

from pathlib import Path

FOLDER = Path(__file__).parents[2] / "docs" / "decisions"


def test_every_note_is_listed_with_its_title() -> None:
    page = (FOLDER / "README.md").read_text(encoding="utf-8")
    for note in sorted(FOLDER.glob("0*.md")):
        number, title = note.read_text(encoding="utf-8").splitlines()[0].removeprefix("# ").split(" ", 1)
        assert f"| [{number}]({note.name}) | {title} |" in page, note.name
