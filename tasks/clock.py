"""The time of day, as rows carry it."""

from __future__ import annotations

import datetime as dt
import threading

_lock = threading.Lock()
_last = dt.datetime.min.replace(tzinfo=dt.UTC)


def now() -> dt.datetime:
    """The time in UTC. In one process it never goes back, even where the machine's clock is set back meanwhile."""
    global _last
    with _lock:
        _last = max(_last, dt.datetime.now(dt.UTC))
        return _last
