"""The REST API as one OpenAPI document, served at `/rest/{dbname}/openapi.json`: the calls about a person, and both versions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from affino_mcp import VERSION
from affino_mcp.catalogue.call_log import CALL_LOG_SCHEMA, LOG, PREFER_PARAMETER
from affino_mcp.catalogue.openapi_parts import describe_fault_responses
from affino_mcp.catalogue.route_document import list_paths
from affino_mcp.catalogue.version1_document import list_version1_paths
from affino_mcp.gate.identity.emails import MAX_EMAIL_CHARACTERS as LONGEST_EMAIL
from affino_mcp.gate.people.passwords import MAX_PASSWORD_CHARACTERS
from affino_mcp.http.credential_forms import API_KEY_FORM, MD5_FORM, SIGNATURE_FORM

Schema = Mapping[str, Any]

_UUID: Final[Schema] = {"type": "string", "format": "uuid"}
_SIGNING_HEADERS: Final = {
    "APIKey": ("The API Profile's key.", {"type": "string", "pattern": f"^{API_KEY_FORM}$"}, True),
    "TimeStamp": ("Now, in UTC; within 300 seconds.", {"type": "string", "format": "date-time"}, True),
    "Signature": (
        'SHA-512 over METHOD + "+" + path + "+" + MD5 + "+" + API Secret + "+" + TimeStamp, as upper-case hex. Good once.',
        {"type": "string", "pattern": f"^{SIGNATURE_FORM}$"},
        True,
    ),
    "MD5": (
        "MD5 of the trimmed body, upper-case hex; only with a body.",
        {"type": "string", "pattern": f"^{MD5_FORM}$"},
        False,
    ),
}
_TOKEN_HEADERS: Final = {
    "AccessToken": ("The session's AccessToken.", _UUID, True),
    "RefreshToken": ("The session's RefreshToken.", _UUID, True),
    "Filter": ("Names of attributes, separated by commas; without it all of them.", {"type": "string"}, False),
}
_FAULT_DESCRIPTIONS: Final = {
    "400": "The request cannot be understood: body, e-mail address, password or User-Agent.",
    "401": "Not believed: key, signature, time, e-mail address or password, or token.",
    "403": "Believed, but the API Profile or the person is switched off.",
    "404": "No such path or instance.",
    "405": "Another method is served here.",
    "429": (
        "Too many wrong ones from this source or for this account. Right ones go on working, except after 100 wrong passwords in "
        "a row for one account: from then on a source without a right login in 30 days must wait with the right password too."
    ),
    "503": (
        "A store or the instance does not answer; nobody is blamed. The message says whether nothing was changed or the call "
        "may have been carried out; either way it may be sent again, with the same signature too."
    ),
}
_RETRY_AFTER_HEADER: Final = {
    "Retry-After": {"description": "Seconds.", "schema": {"type": "string", "pattern": "^[0-9]+$"}}
}


_DESCRIPTION: Final = (
    "Every call is signed with an API Profile's secret, names a User-Agent, and acts as a person. Errors of API Gateway itself "
    "have error.type and error.message at the same places, a number as error.code, and error.data."
)


def openapi_document(dbname: str) -> dict[str, Any]:
    """Gives the OpenAPI document of one instance."""
    as_person = _parameters(_headers_with("AccessToken"))
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Affino MCP: REST API",
            "version": VERSION,
            "description": _DESCRIPTION,
        },
        "servers": [{"url": f"/rest/{dbname}"}],
        "paths": {
            "/login": {"post": _operation("logIn", "A new session.", _SIGNING_HEADERS, "Tokens", body="Credentials")},
            "/token": {
                "get": _operation(
                    "refresh",
                    "A new pair of tokens, the same one within 30 seconds; the old one is dead.",
                    _headers_with(*_TOKEN_NAMES),
                    "Tokens",
                )
            },
            "/logout": {
                "post": _operation(
                    "logOut",
                    "The session's tokens never work again; 200 also when it is ended already.",
                    _headers_with("AccessToken"),
                    None,
                )
            },
            "/user": {"get": _operation("user", "Who the person is.", _headers_with("AccessToken", "Filter"), "User")},
            **list_paths(as_person, "Answer"),
            **list_version1_paths(as_person, "Answer"),
        },
        "components": {
            "schemas": _SCHEMAS,
            "parameters": {"Prefer": PREFER_PARAMETER},
            "responses": describe_fault_responses("MethodError"),
        },
    }


_TOKEN_NAMES: Final = ("AccessToken", "RefreshToken")
_SCHEMAS: Final[Mapping[str, Schema]] = {
    "Credentials": {
        "type": "object",
        "required": ["Email", "Password"],
        "properties": {
            "Email": {"type": "string", "format": "email", "maxLength": LONGEST_EMAIL},
            "Password": {"type": "string", "minLength": 1, "maxLength": MAX_PASSWORD_CHARACTERS},
        },
    },
    "Tokens": {
        "type": "object",
        "required": [*_TOKEN_NAMES, "Expires"],
        "properties": {
            "AccessToken": _UUID,
            "RefreshToken": _UUID,
            "Expires": {"type": "string", "pattern": "^[0-9]+$", "description": "Seconds that the AccessToken works."},
        },
    },
    "User": {
        "type": "object",
        "properties": {
            **{name: {"type": "string"} for name in ("UserCode", "FirstName", "LastName", "Email")},
            "SecurityGroups": {"type": "array", "items": {"type": "string"}},
        },
    },
    "Answer": {
        "type": "object",
        "description": "What the method answers, as its tool over MCP does: see docs/tools.md.",
        "properties": {LOG: CALL_LOG_SCHEMA},
    },
    "MethodError": {
        "type": "object",
        "required": ["error"],
        "properties": {
            "error": {
                "type": "object",
                "required": ["code", "type", "message", "details"],
                "properties": {
                    "code": {"type": "string"},
                    "type": {"type": "string"},
                    "message": {"type": "string"},
                    "details": {"type": "object"},
                },
            }
        },
    },
    "Error": {
        "type": "object",
        "required": ["error"],
        "properties": {
            "error": {
                "type": "object",
                "required": ["code", "message"],
                "properties": {"code": {"type": "string"}, "message": {"type": "string"}},
            }
        },
    },
}


def _headers_with(*tokens: str) -> dict[str, tuple[str, Schema, bool]]:
    return _SIGNING_HEADERS | {name: _TOKEN_HEADERS[name] for name in tokens}


def _parameters(headers: Mapping[str, tuple[str, Schema, bool]]) -> list[Schema]:
    return [
        {"name": name, "in": "header", "required": required, "description": text, "schema": schema}
        for name, (text, schema, required) in headers.items()
    ]


def _operation(
    identity: str, summary: str, headers: Mapping[str, tuple[str, Schema, bool]], answer: str | None, body: str = ""
) -> dict[str, Any]:
    done: dict[str, Any] = {"description": "Done."} | ({"content": _json_content(answer)} if answer else {})
    found = {"operationId": identity, "summary": summary, "parameters": _parameters(headers)}
    asked = {"requestBody": {"required": True, "content": _json_content(body)}} if body else {}
    return {
        **found,
        **asked,
        "responses": {"200": done} | {status: _fault_response(status) for status in _FAULT_DESCRIPTIONS},
    }


def _fault_response(status: str) -> dict[str, Any]:
    waiting = {"headers": _RETRY_AFTER_HEADER} if status in {"429", "503"} else {}
    return {"description": _FAULT_DESCRIPTIONS[status], "content": _json_content("Error"), **waiting}


def _json_content(name: str) -> dict[str, Any]:
    return {"application/json": {"schema": {"$ref": f"#/components/schemas/{name}"}}}
