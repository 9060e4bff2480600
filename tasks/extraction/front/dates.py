"""When an article was published, where its first page prints that day whole."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator

_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_MONTH = r"(?P<month>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.?"
_DAY, _YEAR = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?", r"(?P<year>(?:19|20)\d{2})"
_PHRASE = r"(?:first )?(?:published|publication date)(?: on ?line)?(?: on)? ?:? ?"
_DATES = (
    rf"{_DAY} {_MONTH},? {_YEAR}",
    rf"{_MONTH} {_DAY},? {_YEAR}",
    r"(?P<year>(?:19|20)\d{2})-(?P<number>\d{2})-(?P<day>\d{2})",
)
_WHOLE = tuple(re.compile(rf"{_PHRASE}{date}(?!\d)", re.IGNORECASE) for date in _DATES)
_STEP = r"(?:received|revised|accepted|available online|(?:first )?published|publication date)\b"
_HISTORY = re.compile(rf"\W{{0,3}}{_STEP}", re.IGNORECASE)
"""How a line begins that says when an article was handed in, accepted, and published."""
_BETWEEN = re.compile(r"[;,|/.•·] ?")
_AFTER = re.compile(rf" ?[;,|/.•·]? ?(?:$|{_STEP}|copyright|©)", re.IGNORECASE)
_LONGEST = 300
"""Characters of a line that may say so; a longer one is running text."""


def read_published(text: str) -> dt.date | None:
    """The day that the lines of a text name as that of publication: `Published online: 9 December 2014`.

    A line counts if it is nothing else than an article's history (`Received: …; Accepted: …; Published: …`) or a part
    of such: what running text or a reference says of another article does not. None where two days are named.
    """
    found = {date for line in text.splitlines() for date in _of_line(line)}
    return found.pop() if len(found) == 1 else None


def _of_line(line: str) -> Iterator[dt.date]:
    """The days of publication of an article's history, none of any other line."""
    line = " ".join(line.split())
    history = _HISTORY.match(line) if len(line) <= _LONGEST else None
    if history is None:
        return
    for start in (0, *(between.end() for between in _BETWEEN.finditer(line))):
        for form in _WHOLE:
            match = form.match(line, start)
            if match and _AFTER.match(line, match.end()) and (date := _date(match)):
                yield date


def _date(match: re.Match[str]) -> dt.date | None:
    said = match.groupdict()
    month = said.get("month")
    try:
        number = _MONTHS.index(month.lower()) + 1 if month else int(said["number"] or 0)
        return dt.date(int(said["year"]), number, int(said["day"]))
    except ValueError:
        return None
