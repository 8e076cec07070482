"""A new article with its steps, in one call: all of it, or nothing."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.flow.media import Library, codes, png
from tests.world import EVERYTHING, World

FOUR = [
    {"Title": title, "Body": f"<p>{title}.</p>"} for title in ("Overview", "Setup", "Advanced use", "Troubleshooting")
]


def creating(library: Library, steps: Any, **more: Any) -> dict[str, Any]:
    """The answer to an article with these steps."""
    return library.editor.call_tool("create_article", **asked(library, steps, **more)).result


def asked(library: Library, steps: Any, **more: Any) -> dict[str, Any]:
    return {"Title": "Spring Product Walkthrough", "standardSectionCode": library.marketing, "Steps": steps} | more


def test_four_steps_with_two_pictures_are_one_call_and_one_row(world: World, library: Library) -> None:
    pictures = [library.item(), library.item()]
    library.attach(pictures[0], png())
    steps = [
        FOUR[0] | {"MediaFileItemCode": pictures[0]},
        *FOUR[1:3],
        FOUR[3] | {"MediaFileItemCode": str(pictures[1])},
    ]
    before = len(world.audit_rows())
    made = creating(library, steps, Body=f'<img src="media:{pictures[0]}">')
    assert (codes(made), len(world.audit_rows())) == (["NO_FILE"], before + 1)
    assert made["Warnings"][0]["Argument"] == "Steps, entry 4, MediaFileItemCode"
    code = made["Article"]["StandardItemCode"]
    read = library.editor.call_tool("get_article", StandardItemCode=code).result["Article"]
    assert [(step["Title"], step["Body"], step["SortOrder"]) for step in read["Steps"]] == [
        (step["Title"], step["Body"], place) for place, step in enumerate(FOUR, 1)
    ]
    shown = [[(each["MediaFileItemCode"], each["Role"]) for each in step["Media"]] for step in read["Steps"]]
    assert shown == [[(pictures[0], "inline")], [], [], [(pictures[1], "inline")]]
    assert [step["BodyLength"] for step in made["Article"]["Steps"]] == [len(step["Body"]) for step in FOUR]
    row = next(row for row in world.audit_rows() if row["method"] == "create_article")
    assert row["records"][0] == f"articles#{code}"
    assert {f"article_steps#{step['StandardStepByStepCode']}" for step in read["Steps"]} <= set(row["records"])


def test_further_steps_follow_and_undo_takes_everything_back(library: Library) -> None:
    code = creating(library, FOUR[:2])["Article"]["StandardItemCode"]
    step = library.editor.call_tool("create_article_step", StandardItemCode=code, Title="Third").result["Step"]
    assert (step["SortOrder"], step["StandardStepByStepCode"]) == (3, 3)
    other = creating(library, FOUR)["Article"]
    undone = library.editor.call_tool("undo_change", Family="articles", Code=other["StandardItemCode"], Version=1)
    assert undone.result["Undone"]["How"] == "deleted"
    gone = library.editor.call_tool(
        "get_article_step", StandardStepByStepCode=other["Steps"][0]["StandardStepByStepCode"]
    )
    assert gone.error["type"] == "not_found"


@pytest.mark.parametrize(
    ("steps", "words"),
    [
        ([{"Body": "x"}], "Steps, entry 1, Title is required."),
        ([FOUR[0], {"Title": " "}], "Steps, entry 2, Title must not be empty."),
        ([FOUR[0], "Setup"], "Steps, entry 2, is not of the right form."),
        ([{"Title": "x", "MediaFileItemCode": "cover"}], "Steps, entry 1, MediaFileItemCode must be a whole number."),
        ([{"Title": "x", "title": "y"}], "Steps has Title twice in one entry"),
        ([FOUR[0]] * 21, "Steps must hold at most 20 entries."),
        ("Setup", "Steps must be a list."),
    ],
    ids=["no title", "blank title", "text", "name for a code", "twice", "too many", "no list"],
)
def test_a_wrong_step_is_named_and_nothing_is_made(world: World, library: Library, steps: Any, words: str) -> None:
    before = len(list(world.database.list_rows(world.settings.records_table)))
    refused = library.editor.call_tool("create_article", **asked(library, steps)).error
    assert (refused["code"], refused["details"]["argument"]) == (-10, "Steps")
    assert words in refused["message"]
    assert len(list(world.database.list_rows(world.settings.records_table))) == before


def test_a_picture_that_is_not_there_makes_nothing(world: World, library: Library) -> None:
    refused = library.editor.call_tool(
        "create_article", **asked(library, [*FOUR[:3], FOUR[3] | {"MediaFileItemCode": 99}])
    ).error
    assert (refused["type"], refused["details"]["argument"]) == ("not_found", "Steps, entry 4, MediaFileItemCode")
    assert library.editor.call_tool("list_articles").result["Items"] == []


def test_a_picture_needs_the_family_of_pictures(world: World, library: Library) -> None:
    families = {family: access for family, access in EVERYTHING.items() if family != "media_items"}
    blind = library.client("Bea", "Blind", "Editors", profile=world.create_profile("blind", families))
    refused = blind.call_tool("create_article", **asked(library, [FOUR[0] | {"MediaFileItemCode": 1}])).error
    assert (refused["type"], refused["details"]["argument"]) == ("tool_disabled", "Steps.MediaFileItemCode")
    assert blind.call_tool("create_article", **asked(library, FOUR)).result["Article"]["Steps"]


def test_steps_are_taken_as_text_with_other_names_and_strangers_are_told(library: Library) -> None:
    made = creating(library, json.dumps([{"title": "Setup", "body": "", "Picture": 4}]))
    assert [step["Title"] for step in made["Article"]["Steps"]] == ["Setup"]
    (warning,) = made["Warnings"]
    assert (warning["Code"], warning["Argument"]) == ("UNKNOWN_ARGUMENT", "Steps, entry 1")
    assert "Picture" in warning["Message"]


def test_what_is_not_allowed_in_a_step_is_told_with_its_place(library: Library) -> None:
    made = creating(library, [FOUR[0], {"Title": "x", "Body": "<p>x</p><script>y</script>"}])
    assert [(each["Code"], each["Argument"]) for each in made["Warnings"]] == [
        ("HTML_SANITISED", "Steps, entry 2, Body")
    ]


def test_a_dry_run_makes_nothing_and_names_no_codes(library: Library) -> None:
    tried = creating(library, FOUR, DryRun=True)
    assert {step["StandardStepByStepCode"] for step in tried["Article"]["Steps"]} == {None}
    assert tried["Article"]["StandardItemCode"] is None
    assert library.editor.call_tool("list_articles").result["Items"] == []


def test_the_same_key_makes_one_article(library: Library) -> None:
    first = creating(library, FOUR, IdempotencyKey="spring")
    again = creating(library, FOUR, IdempotencyKey="spring")
    assert codes(again) == ["REPLAYED"]
    assert again["Article"]["StandardItemCode"] == first["Article"]["StandardItemCode"]
    assert library.editor.call_tool("list_articles").result["TotalRecords"] == 1


def test_more_than_one_change_holds_is_refused_with_the_way_to_go_on(library: Library) -> None:
    items = [library.item(Title=f"Picture {n}") for n in range(12)]
    steps = [{"Title": f"Step {item}", "Body": "x" * 5_000, "MediaFileItemCode": item} for item in items]
    refused = library.editor.call_tool("create_article", **asked(library, steps)).error
    assert (refused["code"], refused["details"]["argument"]) == (-130, "Steps")
    assert "create_article_step" in refused["message"]
    assert library.editor.call_tool("list_articles").result["Items"] == []


def test_steps_are_found_by_more_words_than_one_transaction_holds(library: Library) -> None:
    steps = [{"Title": f"Step {n}", "Body": " ".join(f"word{n}x{m}" for m in range(20))} for n in range(20)]
    code = creating(library, steps)["Article"]["StandardItemCode"]
    for word in ("word0x0", "word9x18", "word19x18"):
        found = library.editor.call_tool("list_articles", Search=word).result["Items"]
        assert [row["StandardItemCode"] for row in found] == [code], word
