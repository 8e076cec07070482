"""The addresses of the OAuth door, what counts as this resource, and the two challenges."""

import pytest

from affino_mcp.http.oauth_places import OAuthPlaces
from affino_mcp.settings import settings_from_environment

PLACES = OAuthPlaces("https://mcp.example.com")


def test_identifiers_stand_below_the_public_address_and_their_documents_at_its_root() -> None:
    """RFC 9728 and RFC 8414: the well-known part goes between the host and the path."""
    assert PLACES.resource == "https://mcp.example.com/oauth/mcp"
    assert PLACES.issuer == "https://mcp.example.com/oauth"
    assert PLACES.resource_metadata == "https://mcp.example.com/.well-known/oauth-protected-resource/oauth/mcp"


@pytest.mark.parametrize(
    "named",
    [
        "https://mcp.example.com/oauth/mcp",
        "https://mcp.example.com/oauth/mcp/",
        "HTTPS://MCP.Example.com/oauth/mcp",
        "https://mcp.example.com:443/oauth/mcp",
    ],
)
def test_the_resource_is_known_in_each_allowed_writing(named: str) -> None:
    """Scheme and host in any case, the scheme's own port, one slash at the end."""
    assert PLACES.is_resource(named)


@pytest.mark.parametrize(
    "named",
    [
        "",
        "mcp.example.com/oauth/mcp",
        "https://mcp.example.com/OAuth/mcp",
        "https://mcp.example.com/oauth/mcp//",
        "https://mcp.example.com/oauth",
        "https://mcp.example.com/mcp",
        "https://mcp.example.com:8443/oauth/mcp",
        "https://mcp.example.com:80/oauth/mcp",
        "http://mcp.example.com/oauth/mcp",
        "https://other.example.com/oauth/mcp",
        "https://mcp.example.com.evil/oauth/mcp",
        "https://a@mcp.example.com/oauth/mcp",
        "https://mcp.example.com/oauth/mcp?",
        "https://mcp.example.com/oauth/mcp#part",
        "https://mcp.example.com/oauth%2fmcp",
        "https://mcp.example.com/oauth/mcp\n",
        "https://mcp.example.com/oauth/m\tcp",
        " https://mcp.example.com/oauth/mcp",
        "https://mcp.éxample.com/oauth/mcp",
        "https://[/oauth/mcp",
    ],
)
def test_any_other_address_is_another_resource(named: str) -> None:
    """A token for another server is never given out here."""
    assert not PLACES.is_resource(named)


def test_the_local_address_with_its_port_is_a_resource() -> None:
    """`make run` serves at a port that no scheme owns."""
    local = OAuthPlaces("http://127.0.0.1:8080")
    assert local.is_resource("http://127.0.0.1:8080/oauth/mcp")
    assert not local.is_resource("http://127.0.0.1/oauth/mcp")
    assert local.is_at("http://127.0.0.1:8080")
    assert not local.is_at("http://localhost:8080")


def test_the_challenges_name_the_metadata_and_the_scopes() -> None:
    """RFC 9728, section 5.1, and RFC 6750, section 3.1; the scopes in one order whatever the set's."""
    place = 'resource_metadata="https://mcp.example.com/.well-known/oauth-protected-resource/oauth/mcp"'
    assert PLACES.challenge() == f'Bearer {place}, scope="read write"'
    stepped = PLACES.step_up_challenge({"contacts:write", "accounts:read"})
    assert stepped == f'Bearer error="insufficient_scope", scope="accounts:read contacts:write", {place}'


@pytest.mark.parametrize(
    ("variables", "is_on"),
    [
        ({}, False),
        ({"AFFINO_PUBLIC_URL": "https://mcp.example.com"}, True),
        ({"AFFINO_PUBLIC_URL": "https://mcp.example.com", "AFFINO_INSTANCE_URL": "https://affino.example.com"}, False),
    ],
    ids=["no-address", "address", "people-of-another-instance"],
)
def test_oauth_needs_a_public_address_and_people_of_ones_own(variables: dict[str, str], is_on: bool) -> None:
    """Without the setting nothing of OAuth exists."""
    assert settings_from_environment(variables).oauth_on is is_on
