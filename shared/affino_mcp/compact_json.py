"""JSON without blanks and with every character as it is: answers, rows of the API Log and requests to stores."""

from __future__ import annotations

import json
from typing import Any, Final

_ENCODER: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


def to_json(value: Any) -> str:
    """Gives the JSON text of a value. Raises TypeError for one that JSON cannot hold.

    `json.dumps` with these options makes an encoder each time, which takes a short value twice as long.
    """
    return _ENCODER.encode(value)
