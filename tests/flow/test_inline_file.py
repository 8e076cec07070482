"""A file of exactly the inline limit fits into one call."""

from __future__ import annotations

import base64

from tests.world import Client, World


def test_three_mebibytes_fit_into_one_call(world: World, manager: Client) -> None:
    publisher = Client(
        world, manager.handler, world.headers(world.profile("media"), world.person("P", "U", "Publishers"))
    )
    code = publisher.call("create_media_item", Title="Handbook").result["MediaItem"]["MediaFileItemCode"]
    pdf = b"%PDF-1.7\n" + b"x" * (3 * 1024 * 1024 - 15) + b"\n%%EOF"
    sent = base64.b64encode(pdf).decode()
    assert (len(pdf), len(sent)) == (3 * 1024 * 1024, 4 * 1024 * 1024)
    answer = publisher.call("attach_media_file", MediaFileItemCode=code, FileName="handbook.pdf", ContentBase64=sent)
    (file,) = answer.result["MediaItem"]["Files"]
    assert file["Size"] == len(pdf)
