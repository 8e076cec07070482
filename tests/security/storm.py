"""A storm: many processes call while something is done, and each call says whether it began after that was done."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Told = TypeVar("Told")


def call_in_a_storm(
    processes: int, each: int, call: Callable[[int, bool], Told], deed: Callable[[], object]
) -> list[tuple[bool, Told]]:
    """Does the deed amid calls of that many processes, each from a thread of its own; gives what each call was told.

    `call` gets the number of its process, and whether it begins after the deed was done. Each process calls `each` times around
    the deed and as many times after it.
    """
    done, some = threading.Event(), threading.Semaphore(0)

    def call_once(number: int) -> tuple[bool, Told]:
        began_after = done.is_set()
        some.release()
        return began_after, call(number, began_after)

    def one_process(number: int) -> list[tuple[bool, Told]]:
        found = [call_once(number) for _ in range(each)]
        done.wait()
        return found + [call_once(number) for _ in range(each)]

    with ThreadPoolExecutor(processes) as pool:
        callers = [pool.submit(one_process, number) for number in range(processes)]
        for _ in range(processes * 2):
            some.acquire()
        deed()
        done.set()
        return [result for caller in callers for result in caller.result()]
