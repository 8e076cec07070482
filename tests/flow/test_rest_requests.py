"""A question about one request of those that had a key: that one is settled, and the others are carried out."""

from __future__ import annotations

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
    assert client.get("/requests/k-1", RequestId="r" * 256).status == 400
