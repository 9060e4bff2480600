"""When an article was published, where its first page prints that day whole."""

from __future__ import annotations

import datetime as dt
import re

_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_MONTH = r"(?P<month>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_DAY, _YEAR = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?", r"(?P<year>(?:19|20)\d{2})"
_PUBLISHED = (
    r"\b(?:first\s+)?(?:published|publication\s+date)(?:\s+(?:online|on\s*line))?(?:\s+on)?\s*[:\s]\s*"
)
_FORMS = tuple(
    re.compile(_PUBLISHED + form, re.IGNORECASE)
    for form in (
        rf"{_DAY}\s+{_MONTH},?\s+{_YEAR}",
        rf"{_MONTH}\s+{_DAY},?\s+{_YEAR}",
        r"(?P<year>(?:19|20)\d{2})-(?P<number>\d{2})-(?P<day>\d{2})(?!\d)",
    )
)


def read_published(text: str) -> dt.date | None:
    """The earliest day that a text names as that of publication: `Published online: 9 December 2014`."""
    found = [date for form in _FORMS for match in form.finditer(text) if (date := _date(match))]
    return min(found, default=None)


def _date(match: re.Match[str]) -> dt.date | None:
    said = match.groupdict()
    month = said.get("month")
    try:
        number = _MONTHS.index(month.lower()) + 1 if month else int(said["number"] or 0)
        return dt.date(int(said["year"]), number, int(said["day"]))
    except ValueError:
        return None
