"""A file of exactly the inline limit fits into one call."""

from __future__ import annotations

import base64

from tests.world import World, WorldClient


def test_three_mebibytes_fit_into_one_call(world: World, manager: WorldClient) -> None:
    publisher = WorldClient(
        world, manager.handler, world.log_in(world.create_profile("media"), world.create_person("P", "U", "Publishers"))
    )
    code = publisher.call_tool("create_media_item", Title="Handbook").result["MediaItem"]["MediaFileItemCode"]
    pdf = b"%PDF-1.7\n" + b"x" * (3 * 1024 * 1024 - 15) + b"\n%%EOF"
    sent = base64.b64encode(pdf).decode()
    assert (len(pdf), len(sent)) == (3 * 1024 * 1024, 4 * 1024 * 1024)
    answer = publisher.call_tool(
        "attach_media_file", MediaFileItemCode=code, FileName="handbook.pdf", ContentBase64=sent
    )
    (file,) = answer.result["MediaItem"]["Files"]
    assert file["Size"] == len(pdf)
