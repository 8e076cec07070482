"""JSON without blanks and with every character as it is: answers, and rows of the API Log."""

from __future__ import annotations

import json
from typing import Final

to_json: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
"""Gives the JSON text of a value. `json.dumps` with these options makes an encoder each time. Raises as it does."""
