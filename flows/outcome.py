"""What a run did, in a line and as a table."""

from __future__ import annotations

from collections import Counter
from typing import Any

from tasks.records import RunSummary


def outcome_table(summary: RunSummary) -> list[dict[str, Any]]:
    """The outcome as rows of `what`, `number` and `detail`: papers, figures, subfigures, then each failure."""
    rows: list[dict[str, Any]] = [
        {"what": f"papers {status}", "number": number, "detail": ""}
        for status, number in Counter(summary.counts.by_status).most_common()
    ]
    rows += [
        {"what": "papers skipped", "number": summary.skipped, "detail": "already in the dataset"},
        {"what": "papers left", "number": summary.left, "detail": "for a later run"},
        {"what": "pages", "number": summary.counts.pages, "detail": ""},
        {"what": "figures", "number": summary.counts.figures, "detail": ""},
        {
            "what": "subfigures",
            "number": summary.counts.subfigures,
            "detail": f"labelled by {summary.model_id}",
        },
    ]
    rows += [
        {"what": "failed", "number": 1, "detail": f"{f.name}: {f.error}"} for f in summary.failures[:100]
    ]
    return rows


def headline(summary: RunSummary) -> str:
    """What the run did, in a line."""
    return f"{summary.papers} papers, {summary.counts.subfigures} subfigures in {summary.seconds:.0f} s"
