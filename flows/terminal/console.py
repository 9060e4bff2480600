"""What `figmill` prints: the closing table, the demo's table of subfigures."""

from __future__ import annotations

import os
import sys
from collections import Counter
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Column, Table

from flows.terminal.logs import LogFormat
from models.taxonomy import name as modality_name
from tasks.modalities import abstaining, with_code
from tasks.progress import BarReporter, LogReporter, Reporter
from tasks.runs.outcomes import Counts, FailedPaper, IngestSummary, RunSummary
from tasks.stores.paths import store_path
from tasks.texts import counted, printable

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa

    from tasks.corrections.actions import Correction
    from tasks.inputs.preview import Preview

_WIDTH = 110
"""Columns where the output is no terminal and COLUMNS says nothing."""
_WIDE = 140
"""Columns from which subcaptions are shown too."""
_NAME = 40
"""Characters of a paper's name that stand in one line."""
_LABEL, _REST = 16, 26
"""Columns for a figure's label, at most; and for letter, confidence and what stands between columns."""
_MOST_FAILURES = 20


def make_reporter(console: Console, log_format: LogFormat = "text") -> Reporter:
    """A bar on a terminal, lines elsewhere and in a log for machines."""
    return BarReporter(console) if console.is_terminal and log_format == "text" else LogReporter()


def show_summary(summary: RunSummary) -> None:
    """The run's closing words, on standard output."""
    console = output()
    if not summary.papers:
        words = f"Nothing to do: {_why_nothing(summary)}"
        console.print(words, markup=False, highlight=False, soft_wrap=True)
        return
    console.print(_counts(summary))
    if summary.failures:
        console.print(_failures("Failed papers", summary.failures))
    if summary.not_renewed:
        title = "Papers that could not be read anew, whose earlier rows stay"
        console.print(_failures(title, summary.not_renewed))
    if summary.unused_jats:
        console.print(_unused_jats(summary))
    report = store_path(summary.out) / "report" / "index.html"
    for line in (f"Dataset: {summary.out}", f"Report:  {report}"):
        console.print(line, markup=False, highlight=False, soft_wrap=True)


def show_ingest(summary: IngestSummary) -> None:
    """An ingest's closing words, on standard output: what it found, what it did or would do, then the labelling's."""
    table = _table(Column(no_wrap=True), Column(), title="Articles of PMC", show_header=False)
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
    output().print(table)
    if summary.run is None:
        total = sum(one.bytes for one in summary.wanted.values())
        articles = sum(one.articles for one in summary.wanted.values())
        output().print(
            f"{counted(articles, 'article')} would be taken, {_size(total)}; nothing was changed.",
            highlight=False,
        )
    elif summary.run.papers:
        show_summary(summary.run)
    else:
        output().print("No article to take.", highlight=False)


def show_preview(found: Preview) -> None:
    """What a labelling run would do, on standard output."""
    table = _table(Column(no_wrap=True), Column(), title="What there is to label", show_header=False)
    unsized = f" and {found.unsized} of unknown size" if found.unsized else ""
    table.add_row("inputs", f"{found.inputs}, of which {found.done} would be passed over")
    if found.left:
        table.add_row("left by --limit", counted(found.left, "PDF"))
    table.add_row("new", f"{counted(found.new, 'PDF')}, {_size(found.bytes)}{unsized}")
    hours = found.worker_hours
    table.add_row(
        "work", f"{_hours(hours, 'worker-')}, {_hours(hours / found.workers)} on {found.workers} workers"
    )
    if found.cost is not None:
        table.add_row("cost", f"{found.cost:,.2f} at {found.price:g} a worker-hour")
    source = (
        f"{found.papers_measured} papers of earlier runs of this dataset"
        if found.papers_measured
        else "README"
    )
    table.add_row("estimated by", f"{found.worker_seconds:.2f} worker-seconds a paper: {source}")
    output().print(table)
    web = ", and all on the web" if found.unsized else ""
    output().print(
        f"No PDF was read: what has another name or time counts as new{web}. Nothing was changed.",
        highlight=False,
    )


def _hours(hours: float, of: str = "") -> str:
    return f"{hours:,.1f} {of}hours" if hours >= 1 else f"{60 * hours:.1f} {of}minutes"


def _size(count: int) -> str:
    return f"{count / 1e9:,.1f} GB" if count >= 1e9 else f"{count / 1e6:,.1f} MB"


def show_subfigures(rows: pa.Table) -> None:
    """A table of subfigures (columns of the dataset), on standard output; subcaptions where there is room."""
    console = output()
    wide = console.width >= _WIDE
    listed = rows.to_pylist()
    names = [printable(PurePosixPath(row["source_uri"]).name) for row in listed]
    longest = min(max(map(len, names), default=0), _NAME, console.width // 3)
    label = min(max((len(row["figure_label"] or "") for row in listed), default=0), _LABEL)
    columns: list[Column | str] = [
        Column("paper", min_width=longest, overflow="fold"),
        Column("figure", max_width=_LABEL),
        "panel",
        Column("modality", max_width=max(_LABEL, console.width - longest - label - _REST)),
    ]
    last = [Column("subcaption", no_wrap=True, max_width=console.width - _WIDE + 40)] if wide else []
    table = _table(*columns, Column("confidence", min_width=10), *last, title="Subfigures")
    for name, row in zip(names, listed, strict=True):
        cells = [
            name,
            printable(row["figure_label"] or ""),
            printable(row["panel_label"] or ""),
            label_in_words(row["modality"], row["rejected"], modality_name(row["modality"] or "")),
            certainty(row["confidence"], row["rejected"]),
            printable(row["subcaption"] or row["caption"] or ""),
        ]
        table.add_row(*cells[: len(table.columns)])
    console.print(table, markup=False, highlight=False)


def label_in_words(code: str | None, rejected: bool | None, words: str) -> str:
    """`DRCT computed tomography`; where the model abstains, that it does, and what it would have guessed."""
    if code is None:
        return "not scored"
    label = with_code(code, words)
    return abstaining(label) if rejected else label


def certainty(confidence: float | None, rejected: bool | None) -> str:
    """A confidence as shown to people: none where the model abstains, for a guess has no certainty."""
    return "" if confidence is None or rejected else f"{confidence:.2f}"


def show_corrections(fitting: Sequence[Correction], stale: Sequence[Correction]) -> None:
    """What people said, the earliest first, on standard output."""
    names = Column("subfigure", no_wrap=True)  # they are copied from here
    who, value = (Column(header, overflow="fold") for header in ("who", "value"))
    table = _table("time (UTC)", who, names, "action", value, title="Corrections")
    told = [*((one, "") for one in fitting), *((one, ", does not fit") for one in stale)]
    for one, remark in sorted(told, key=lambda pair: pair[0].made_at):
        table.add_row(
            f"{one.made_at:%Y-%m-%d %H:%M:%S}",
            printable(one.who, 30),
            one.subfigure_id,
            one.action.replace("_", " ") + remark,
            printable(one.value or "", 60),
        )
    output().print(table, markup=False, highlight=False)


def output() -> Console:
    """Standard output: as wide as COLUMNS says, or the terminal is."""
    wide = sys.stdout.isatty() or os.environ.get("COLUMNS", "").isdecimal()
    return Console() if wide else Console(width=_WIDTH)


def _table(*columns: Column | str, title: str, show_header: bool = True) -> Table:
    """Ruled on a terminal; plain columns where a program or a file takes it."""
    if sys.stdout.isatty():
        return Table(*columns, title=title, show_header=show_header)
    return Table(
        *columns,
        title=title,
        title_justify="left",
        show_header=show_header,
        box=None,
        pad_edge=False,
        padding=(0, 2, 0, 0),
    )


def _why_nothing(summary: RunSummary) -> str:
    reasons = []
    if summary.skipped:
        verb = "is" if summary.skipped == 1 else "are"
        notes = f" ({'; '.join(said)})" if (said := _notes_on_skipped(summary)) else ""
        reasons.append(
            f"{summary.skipped} of {counted(summary.inputs, 'paper')} {verb} already in {summary.out}{notes}"
        )
    if summary.left:
        reasons.append(f"{summary.left} {'is' if summary.left == 1 else 'are'} left for another run")
    return f"{', '.join(reasons) or 'no paper was found'}."


def _notes_on_skipped(summary: RunSummary) -> list[str]:
    """Said of papers that are passed over though nothing was read of them, or not what is there now."""
    notes = []
    if failed := summary.failed_before:
        again = "it" if failed == 1 else "them"
        notes.append(f"{failed} could not be read then; --retry-failed tries {again} again")
    if newer := summary.newer_jats:
        anew = "it" if newer == 1 else "them"
        notes.append(f"the JATS of {newer} came or changed since; --newer-jats reads {anew} anew")
    return notes


def _counts(summary: RunSummary) -> Table:
    table = _table(Column(no_wrap=True), Column(), title=f"Labelled by {summary.model_id}", show_header=False)
    words = {"ok": "with figures", "no_figures": "without figures", "failed": "failed"}
    words["not_renewed"] = "not read anew"
    counts = summary.counts
    states = [f"{number} {words[status]}" for status, number in Counter(counts.by_status).most_common()]
    table.add_row("papers", f"{counts.papers}: {', '.join(states)}")
    if summary.skipped:
        table.add_row(
            "skipped", "; ".join([f"{summary.skipped} already in the dataset", *_notes_on_skipped(summary)])
        )
    if summary.left:
        table.add_row("left", f"{summary.left} for another run")
    if counts.unlicensed:
        read = counts.papers - counts.failed
        table.add_row(
            "without a licence", f"{counts.unlicensed} of {read} papers: nothing says who may use them"
        )
    if unused := len(summary.unused_jats):
        table.add_row("JATS not used", f"of {counted(unused, 'paper')}, named below")
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


def _failures(title: str, failures: Sequence[FailedPaper]) -> Table:
    table = _table(Column("paper", overflow="fold"), "kind", "why", title=title)
    for failure in failures[:_MOST_FAILURES]:
        table.add_row(*(_plain(text) for text in (failure.name, failure.kind, failure.error)))
    _count_others(table, len(failures))
    return table


def _unused_jats(summary: RunSummary) -> Table:
    table = _table(Column("paper", overflow="fold"), "why", title="Papers read without their JATS")
    for unused in summary.unused_jats[:_MOST_FAILURES]:
        table.add_row(_plain(unused.name), _plain(unused.why))
    _count_others(table, len(summary.unused_jats))
    return table


def _count_others(table: Table, papers: int) -> None:
    """A last row for the papers beyond those that are named."""
    if papers > _MOST_FAILURES:
        between = [""] * (len(table.columns) - 2)
        table.add_row(f"and {papers - _MOST_FAILURES} more", *between, "see the report, or papers/*.parquet")


def _plain(text: str) -> str:
    """As it stands: rich would take what is in square brackets for its own."""
    return printable(text).replace("[", r"\[")
