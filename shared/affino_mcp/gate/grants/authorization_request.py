"""Authorization requests: what an app asks a person for, from the moment that it asks until the person has answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Any

from affino_mcp.catalogue.scopes import format_scopes, parse_scopes
from affino_mcp.gate.grants.oauth_client import ClientProof
from affino_mcp.value_class import value_class


@value_class
class AuthorizationRequest:
    """What a client asks for: `challenge` is the PKCE challenge (S256), `state` the client's own text, given back as sent."""

    client_id: str
    name: str
    host: str
    proof: ClientProof
    redirect_uri: str
    state: str = field(repr=False)
    challenge: str = field(repr=False)
    scopes: frozenset[str]

    def to_row(self) -> dict[str, Any]:
        """Gives the attributes of the request's row; `from_row` is the inverse."""
        return {
            "client": self.client_id,
            "name": self.name,
            "host": self.host,
            "proof": str(self.proof),
            "redirect_uri": self.redirect_uri,
            "state": self.state,
            "challenge": self.challenge,
            "scopes": format_scopes(self.scopes),
        }

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> AuthorizationRequest:
        """Makes the request from its row."""
        client = row["client"], row["name"], row["host"], ClientProof(row["proof"])
        return cls(*client, row["redirect_uri"], row["state"], row["challenge"], parse_scopes(row["scopes"]))
