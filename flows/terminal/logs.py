"""Log lines on standard error: for people, or as JSON for operators' machines."""

from __future__ import annotations

import datetime as dt
import json
import logging
import sys
from typing import TYPE_CHECKING, Any, Literal

from tasks.texts import printable, storable

if TYPE_CHECKING:
    from rich.console import Console

LogFormat = Literal["text", "json"]

_LOGGER = logging.getLogger("figmill")


class JsonFormatter(logging.Formatter):
    """A record as one JSON object on one line: `time` (UTC), `level`, `logger`, `message`, then the event's facts."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, without its end."""
        time = dt.datetime.fromtimestamp(record.created, dt.UTC).isoformat(timespec="milliseconds")
        line: dict[str, Any] = {"time": time, "level": record.levelname.lower(), "logger": record.name}
        line["message"] = storable(record.getMessage())
        if record.exc_info:
            line["trace"] = storable(self.formatException(record.exc_info))
        return json.dumps(line | getattr(record, "facts", {}), ensure_ascii=False, default=str)


def set_up_log(console: Console, verbose: bool, log_format: LogFormat = "text") -> None:
    """Above the bar on a terminal, plain lines with the time elsewhere, JSON wherever it is asked for."""
    people = console.is_terminal and log_format == "text"
    _LOGGER.handlers = [_handler(console, log_format)]
    _LOGGER.propagate = False
    _LOGGER.setLevel(logging.DEBUG if verbose else logging.WARNING if people else logging.INFO)


def _handler(console: Console, log_format: LogFormat) -> logging.Handler:
    if console.is_terminal and log_format == "text":
        from rich.logging import RichHandler

        return RichHandler(console=console, show_path=False, markup=False, highlighter=None)
    handler = logging.StreamHandler(sys.stderr)
    text = logging.Formatter("%(asctime)s %(levelname)s %(message)s", "%Y-%m-%d %H:%M:%S")
    handler.setFormatter(JsonFormatter() if log_format == "json" else text)
    return handler


def complain(sentence: str) -> None:
    """Why a command could not be done, in the form that the log has."""
    if any(isinstance(handler.formatter, JsonFormatter) for handler in _LOGGER.handlers):
        _LOGGER.error("%s", sentence, extra={"facts": {"event": "run failed"}})
    else:
        print(f"figmill: {printable(sentence, 2000)}", file=sys.stderr)  # noqa: T201
