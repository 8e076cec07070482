"""Says in one sentence why an installation failed, from what pip or venv wrote."""

from __future__ import annotations

import re
from typing import Final

_REACHED_NOTHING: Final = (
    r"Retrying \(Retry\(|NewConnectionError|ConnectTimeoutError|ReadTimeoutError|Max retries exceeded|ProxyError|"
    r"Could not fetch URL|Temporary failure in name resolution|Network is unreachable|CERTIFICATE_VERIFY_FAILED"
)
_ERROR_LINE: Final = re.compile(r"^(?:ERROR|Error): (.+)$", re.MULTILINE)
_SENTENCES: Final = {
    r"No space left on device|Errno 28|Disk quota exceeded": """The disk is full while {folder} is filled: free 500 MB, or
        clone the repository to another disk.""",
    r"Permission denied|Read-only file system|Operation not permitted|Errno (?:1|13|30)\]": """The folder {folder} cannot be
        written: make it writable, or clone the repository to a folder of your own.""",
    r"DO NOT MATCH THE HASHES": """A package is not the one that is locked (its hash differs), so it was not installed: look
        at the package index that pip uses ('pip config list'), then run the same command again.""",
    _REACHED_NOTHING: """Cannot reach the package index (https://pypi.org/simple, or pip's PIP_INDEX_URL): look at the
        network, set HTTPS_PROXY where there is a proxy, or PIP_INDEX_URL for an index of your own, and run the same command
        again.""",
    r"No matching distribution found for (?P<what>\S+)": """The package index has no {what} for this machine: look at the
        index that pip uses ('pip config list'), or take another Python (3.11 to 3.13), and run the same command again.""",
    r"ensurepip": """This Python cannot make virtual environments: install its venv module (Debian: apt install
        python3-venv), and run the same command again.""",
}
"""What to say when the output has this pattern; the first that is found decides."""


def explain_fault(output: str, folder: str) -> str:
    """The sentence for the first known reason in the output; for others the last error line of pip itself."""
    for pattern, sentence in _SENTENCES.items():
        if found := re.search(pattern, output):
            return " ".join(sentence.split()).format(folder=folder, **found.groupdict())
    lines = _ERROR_LINE.findall(output) or output.strip().split("\n")
    return f"Installing into {folder} failed: {lines[-1].strip() or 'no reason was given'}"
