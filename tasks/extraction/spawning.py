"""Fresh processes that do not run their parent's main program.

Python's `spawn` imports it into each of them: a script that calls Figmill would call itself there, unless it guards
its lines by `if __name__ == "__main__"`, and a command's imports cost every process its time. Nothing that reading
processes are given lies in a main program.
"""

from __future__ import annotations

import threading
from multiprocessing import spawn
from multiprocessing.context import SpawnContext, SpawnProcess
from typing import Any

_here = threading.local()
_prepare = spawn.get_preparation_data


def _preparation(name: str) -> dict[str, Any]:
    """What a new process is told; not which its main program is, where this thread starts one of ours."""
    told: dict[str, Any] = _prepare(name)
    if getattr(_here, "hides", False):
        told.pop("init_main_from_name", None)
        told.pop("init_main_from_path", None)
    return told


# No argument leads there; whatever else spawns processes is told what it always was.
spawn.get_preparation_data = _preparation


class _Process(SpawnProcess):
    @staticmethod
    def _Popen(process_obj: Any) -> Any:  # noqa: N802 (multiprocessing's name)
        _here.hides = True
        try:
            return SpawnProcess._Popen(process_obj)
        finally:
            _here.hides = False


class FreshContext(SpawnContext):
    """multiprocessing's context of such processes."""

    Process = _Process
