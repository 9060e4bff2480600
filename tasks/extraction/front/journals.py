"""In which journal an article appeared, by the PDF's own description or by a line at the edge of its first page."""

from __future__ import annotations

import re
from collections.abc import Iterable

LONGEST = 90
"""Letters of a journal's name."""

_NAME = r"(?P<name>[A-Z0-9][\w&,:'’() -]{3,89}?)"
_DESCRIBED = re.compile(_NAME + r",\s+(?:(?:19|20)\d{2},\s+)?(?:doi:\s*|https?://(?:dx\.)?doi\.org/)10\.")
_AT_THE_EDGE = (
    re.compile(_NAME + r"\s*\|\s*(?:https?://|www\.|doi\b|DOI\b|\d+:\d)"),
    re.compile(_NAME + r"\.?\s+(?:19|20)\d{2}[,;:]\s*\d+\s*[(:,]"),
)
_NO_NAME = re.compile(
    r"\bet al\b|^\S+ and \S+ .|^\d+$|\b(?:Vol(?:ume)?|Article|Page|Copyright|Citation|Cite|Published)\b",
    re.IGNORECASE,
)


def read_journal(description: str | None, edge: Iterable[str]) -> str | None:
    """The name of a journal, whole; None where it stands there abridged or not at all.

    `description` is the subject that the PDF names in its metadata (`3 Biotech, doi:10.1007/…`), `edge` are the lines
    at the head and the foot of its first page (`Cancer Science. 2021;112:1567–1578.`).
    """
    found = [_DESCRIBED.match(description or "")]
    found += [form.match(line) for line in edge for form in _AT_THE_EDGE]
    names = [match["name"].strip(" ,:") for match in found if match]
    return next((name for name in names if not _NO_NAME.search(name)), None)
