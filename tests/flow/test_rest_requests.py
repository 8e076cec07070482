"""A question about one request of those that had a key: that one is settled, and the others are carried out."""

from __future__ import annotations

import pytest

from tests.flow.test_rest_calls import client
from tests.rest_client import RestClient

__all__ = ["client"]


def test_of_one_request_only_that_one_is_refused(client: RestClient) -> None:
    def send(request: str) -> int:
        return client.with_headers(Idempotency_Key="k-1", X_Request_Id=request).post("/accounts", Name="Once").status

    def ask(request: str) -> str:
        return str(client.get("/requests/k-1", RequestId=request).document["Outcome"])

    assert [ask("r-1"), ask("r-2"), send("r-1"), send("r-2")] == ["not_applied", "not_applied", 409, 409]
    assert (send("r-3"), ask("r-3"), ask("r-1")) == (201, "applied", "not_applied")
    assert (send("r-1"), client.get("/accounts").document["TotalRecords"]) == (201, 1), "its answer again"


IDS = {
    "longest": ("k" * 255, {}, 200, None),
    "too-long": ("k" * 256, {}, 400, None),
    "longest-request": ("k-1", {"RequestId": "r" * 255}, 200, None),
    "too-long-request": ("k-1", {"RequestId": "r" * 256}, 400, "RequestId"),
    "empty-request": ("k-1", {"RequestId": ""}, 200, None),
}


@pytest.mark.parametrize(("key", "query", "status", "argument"), IDS.values(), ids=IDS)
def test_an_id_has_1_to_255_characters(
    client: RestClient, key: str, query: dict[str, str], status: int, argument: str | None
) -> None:
    answer = client.get(f"/requests/{key}", **query)
    assert answer.status == status
    if status == 400:
        error = answer.document["error"]
        assert (error["message"], error["details"].get("argument")) == ("An id has 1 to 255 characters.", argument)
