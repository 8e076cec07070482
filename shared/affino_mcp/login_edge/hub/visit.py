"""A browser's request to the Hub: its form, its cookies, and the check that the form came from the Hub's own page."""

from __future__ import annotations

import hmac
import re
from collections.abc import Mapping
from functools import cached_property
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from affino_mcp.gate.identity.row_keys import new_token
from affino_mcp.http.credential_forms import TOKEN_FORM
from affino_mcp.http.own_address import is_loopback_address
from affino_mcp.login_edge.request import MAX_BODY_BYTES, LoginRequest
from affino_mcp.value_class import value_class

_FORM_TYPE: Final = "application/x-www-form-urlencoded"
_TOKEN_PATTERN: Final = re.compile(TOKEN_FORM)
BROWSER_COOKIE, FORM_KEY_COOKIE = "affino-hub", "affino-form"


@value_class
class HubRequest:
    """A request to the Hub."""

    request: LoginRequest

    @property
    def path(self) -> str:
        """The path below /hub, without slashes at its ends."""
        return self.request.path.removeprefix("/hub").strip("/")

    @property
    def path_prefix(self) -> str:
        """The prefix of the Hub's paths in links: the API's stage, or nothing."""
        return urlsplit(self.request.base).path.rstrip("/")

    @cached_property
    def query(self) -> dict[str, str]:
        """The query's first value of each name."""
        return _first_values(self.request.query)

    def find_text(self, texts: Mapping[str, str]) -> str:
        """Gives the first of these texts whose name is in the query: what a page says after a form; empty for none."""
        return next((text for name, text in texts.items() if name in self.query), "")

    @cached_property
    def form(self) -> dict[str, str]:
        """The form's first value of each field; empty when the body is too large or no form."""
        kind = (self.request.single_header("Content-Type") or "").partition(";")[0].strip().lower()
        if kind != _FORM_TYPE or len(self.request.body) > MAX_BODY_BYTES:
            return {}
        return _first_values(self.request.body.decode("ascii", "replace"))

    def read_cookie(self, name: str) -> str | None:
        """Gives the token in the Hub's cookie of this name; None when it is missing, repeated or malformed."""
        wanted = f"{self._cookie_name(name)}="
        parts = [part.strip() for part in (self.request.single_header("Cookie") or "").split(";")]
        values = [part.removeprefix(wanted) for part in parts if part.startswith(wanted)]
        return values[0] if len(values) == 1 and _TOKEN_PATTERN.fullmatch(values[0]) else None

    def set_cookie(self, name: str, token: str) -> str:
        """Gives the Set-Cookie value that stores a token until the browser closes."""
        strict = "Strict" if name == FORM_KEY_COOKIE else "Lax"
        return f"{self._cookie_name(name)}={token}; Path=/; HttpOnly; SameSite={strict}{self._secure_attribute}"

    def delete_cookie(self, name: str) -> str:
        """Gives the Set-Cookie value that deletes the cookie."""
        return f"{self._cookie_name(name)}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax{self._secure_attribute}"

    @cached_property
    def form_key(self) -> str:
        """The key that every form of this browser repeats, which protects against cross-site requests."""
        return self.read_cookie(FORM_KEY_COOKIE) or new_token()

    @property
    def is_own_form(self) -> bool:
        """True if the form comes from a page that the Hub gave this browser."""
        kept, sent = self.read_cookie(FORM_KEY_COOKIE), self.form.get("FormKey", "")
        same_site = self.request.single_header("Sec-Fetch-Site") in {None, "same-origin", "none"}
        return kept is not None and hmac.compare_digest(kept.encode(), sent.encode()) and same_site

    def _cookie_name(self, name: str) -> str:
        return name if is_loopback_address(self.request.base) else f"__Host-{name}"

    @property
    def _secure_attribute(self) -> str:
        return "" if is_loopback_address(self.request.base) else "; Secure"


def _first_values(text: str) -> dict[str, str]:
    try:
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=20, errors="strict")
    except ValueError:
        return {}
    return dict(reversed(pairs))
