"""`python -m scripts.install NAME...`: makes the virtual environments of these names, side by side, unless they are up to date.

Names: `run` (what `make run` needs), `dev` (everything for development), or a tool (`emulator`, `sam`, ...). Shows a line
at least every two seconds. Exit codes: 0 all are up to date, 1 one could not be made, 130 stopped by Ctrl-C.
"""

from __future__ import annotations

import subprocess
import sys
import time
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from typing import Final

from scripts.install.environments import find_environment
from scripts.install.installation import Installation, InstallFailed

SECONDS_BETWEEN_LINES: Final = 2.0
_SECONDS_ON_A_TERMINAL: Final = 0.2


def main(names: list[str]) -> int:
    """Makes the environments that are not up to date; gives the exit code."""
    missing = [found for name in names if not (found := find_environment(name)).is_made()]
    if not missing:
        return 0
    installations = [Installation(environment) for environment in missing]
    with ThreadPoolExecutor(len(installations)) as pool:
        try:
            return _finish(installations, [pool.submit(one.make) for one in installations])
        except KeyboardInterrupt:
            _say("stopped; the same command goes on", last=True)
            return 130
        finally:
            for one in installations:
                one.stop()


def _finish(installations: list[Installation], made: list[Future[None]]) -> int:
    _show_until_done(installations, made)
    for future in made:
        if not future.done():
            continue
        try:
            future.result()
        except InstallFailed as failed:
            print(f"affino-mcp: {failed}", file=sys.stderr)
            return 1
        except subprocess.CalledProcessError:  # find-python has said why
            return 1
    return 0


def _show_until_done(installations: list[Installation], made: list[Future[None]]) -> None:
    began = time.monotonic()
    pause = _SECONDS_ON_A_TERMINAL if sys.stderr.isatty() else SECONDS_BETWEEN_LINES
    while True:
        finished, pending = wait(made, timeout=pause, return_when=FIRST_EXCEPTION)
        is_last = not pending or any(future.exception() for future in finished)
        states = "; ".join(one.describe() for one in installations)
        _say(f"installing, {time.monotonic() - began:.0f} s: {states}", last=is_last)
        if is_last:
            return


def _say(line: str, *, last: bool) -> None:
    """Writes a progress line; on a terminal over the one before."""
    if sys.stderr.isatty():
        print(f"\r\033[K{line}", end="\n" if last else "", file=sys.stderr, flush=True)
    else:
        print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
