"""What `figmill` prints: the closing table, the demo's table of subfigures."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

import pyarrow as pa
from rich.console import Console
from rich.table import Table

from flows.commands.logs import LogFormat
from models.taxonomy import name as modality_name
from tasks.modalities import describe_doubts, describe_modality
from tasks.progress import BarReporter, LogReporter, Reporter
from tasks.records import Counts, IngestSummary, RunSummary
from tasks.stores.paths import store_path
from tasks.texts import printable

if TYPE_CHECKING:
    from tasks.index.queries import Hit

_WIDTH = 110
"""Columns where the output is no terminal."""
_MOST_FAILURES = 20


def make_reporter(console: Console, log_format: LogFormat = "text") -> Reporter:
    """A bar on a terminal, lines elsewhere and in a log for machines."""
    return BarReporter(console) if console.is_terminal and log_format == "text" else LogReporter()


def show_summary(summary: RunSummary) -> None:
    """The run's closing words, on standard output."""
    console = _output()
    if not summary.papers:
        words = f"Nothing to do: {_why_nothing(summary)}"
        console.print(words, markup=False, highlight=False, soft_wrap=True)
        return
    console.print(_counts(summary))
    if summary.failures:
        console.print(_failures(summary))
    report = store_path(summary.out) / "report" / "index.html"
    for line in (f"Dataset: {summary.out}", f"Report:  {report}"):
        console.print(line, markup=False, highlight=False, soft_wrap=True)


def show_ingest(summary: IngestSummary) -> None:
    """An ingest's closing words, on standard output: what it found, what it did or would do, then the labelling's."""
    table = Table("", "", show_header=False, title="Articles of PMC")
    table.add_row("inventory", summary.inventory)
    table.add_row("since", summary.since)
    table.add_row("articles", f"{summary.listed} new, changed or gone")
    for name, one in sorted(summary.wanted.items()):
        table.add_row(f"  {_plain(name)}", f"{one.articles} to take, {_size(one.bytes)}")
    for reason, number in summary.left_out.items():
        table.add_row("left out", f"{number} {_plain(reason)}")
    for what, number in summary.marked.items():
        table.add_row(f"marked{'' if summary.run else ' (would be)'}", f"{number} {what}")
    if summary.replaced:
        table.add_row("replaced", f"{summary.replaced} that had changed")
    if summary.left:
        table.add_row("left", f"{summary.left} for another run")
    _output().print(table)
    if summary.run is None:
        total = sum(one.bytes for one in summary.wanted.values())
        articles = sum(one.articles for one in summary.wanted.values())
        _output().print(
            f"{articles} articles would be taken, {_size(total)}; nothing was changed.", highlight=False
        )
    elif summary.run.papers:
        show_summary(summary.run)
    else:
        _output().print("No article to take.", highlight=False)


def _size(count: int) -> str:
    return f"{count / 1e9:,.1f} GB" if count >= 1e9 else f"{count / 1e6:,.1f} MB"


def show_subfigures(rows: pa.Table) -> None:
    """A table of subfigures (columns of the dataset), on standard output."""
    table = Table("paper", "figure", "panel", "modality", "confidence", "subcaption", title="Subfigures")
    for row in rows.to_pylist():
        code, confidence = row["modality"], row["confidence"]
        modality = "not scored" if code is None else f"{code} {modality_name(code)}"
        table.add_row(
            printable(PurePosixPath(row["source_uri"]).name, 30),
            printable(row["figure_label"] or ""),
            printable(row["panel_label"] or ""),
            f"{modality} (unsure)" if row["rejected"] else modality,
            "" if confidence is None else f"{confidence:.2f}",
            printable(row["subcaption"] or row["caption"] or "", 60),
        )
    _output().print(table, markup=False)


def show_hits(hits: Sequence[Hit]) -> None:
    """What a search found, best first, on standard output."""
    table = Table("", "paper", "figure", "panel", "modality", "confidence", "text")
    for rank, hit in enumerate(hits, 1):
        modality = "not scored" if hit.modality is None else f"{hit.modality} {_described(hit)}"
        table.add_row(
            str(rank),
            printable(Path(hit.source_uri).name, 30),
            printable(hit.figure_label or ""),
            printable(hit.panel_label or ""),
            f"{modality} (unsure)" if hit.rejected else modality,
            "" if hit.confidence is None else f"{hit.confidence:.2f}",
            printable(hit.subcaption or hit.caption or "", 100),
        )
    _output().print(table, markup=False)


def _described(hit: Hit) -> str:
    """A hit's modality in words, and what is doubtful about it."""
    path = [hit.path] if hit.path else []
    others = [code for code in hit.modality_set if code != hit.modality]
    instead = f", or {', '.join(others)}" if others else ""
    clauses = [
        f"{describe_modality(hit.modality or '', path)}{instead}",
        *describe_doubts(hit.compound, None),
    ]
    return printable("; ".join(clauses), 120)


def _output() -> Console:
    return Console() if sys.stdout.isatty() else Console(width=_WIDTH)


def _why_nothing(summary: RunSummary) -> str:
    reasons = []
    if summary.skipped:
        reasons.append(f"{summary.skipped} of {summary.inputs} papers are already in {summary.out}")
    if summary.left:
        reasons.append(f"{summary.left} are left for another run")
    return f"{', '.join(reasons) or 'no paper was found'}."


def _counts(summary: RunSummary) -> Table:
    table = Table("", "", show_header=False, title=f"Labelled by {summary.model_id}")
    words = {"ok": "with figures", "no_figures": "without figures", "failed": "failed"}
    counts = summary.counts
    states = [f"{number} {words[status]}" for status, number in Counter(counts.by_status).most_common()]
    table.add_row("papers", f"{counts.papers}: {', '.join(states)}")
    if summary.skipped:
        table.add_row("skipped", f"{summary.skipped} already in the dataset")
    if summary.left:
        table.add_row("left", f"{summary.left} for another run")
    if counts.unlicensed:
        read = counts.papers - counts.failed
        table.add_row(
            "without a licence", f"{counts.unlicensed} of {read} papers: nothing says who may use them"
        )
    table.add_row("pages, figures", f"{counts.pages}, {counts.figures}")
    table.add_row("subfigures", f"{counts.subfigures}{_doubts(counts)}")
    for code, number in sorted(counts.by_modality.items(), key=lambda pair: (-pair[1], pair[0])):
        table.add_row(f"  {code}", f"{number} {modality_name(code)}")
    table.add_row("time", _duration(summary))
    return table


def _doubts(counts: Counts) -> str:
    doubts = [f"the model abstains on {counts.rejected}"] if counts.rejected else []
    doubts += [f"{counts.unscored} could not be scored"] if counts.unscored else []
    return f" ({', '.join(doubts)})" if doubts else ""


def _duration(summary: RunSummary) -> str:
    stages = summary.counts.stage_seconds
    names = {"extract": "reading", "prepare": "decoding", "classify": "classifying", "write": "writing"}
    parts = [f"{word} {stages[stage]:.1f}" for stage, word in names.items() if stage in stages]
    return f"{summary.seconds:.1f} s (seconds of work: {', '.join(parts)})"


def _failures(summary: RunSummary) -> Table:
    table = Table("failed paper", "kind", "why", title="Failed papers")
    for failure in summary.failures[:_MOST_FAILURES]:
        table.add_row(*(_plain(text) for text in (failure.name, failure.kind, failure.error)))
    more = len(summary.failures) - _MOST_FAILURES
    if more > 0:
        table.add_row(f"and {more} more", "", "see the report, or papers/*.parquet")
    return table


def _plain(text: str) -> str:
    """As it stands: rich would take what is in square brackets for its own."""
    return printable(text).replace("[", r"\[")
