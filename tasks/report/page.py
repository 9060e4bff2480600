"""The report of a run: one HTML page that needs neither network nor server.

`OUT/report/` also keeps what earlier runs did (`tasks.report.history`) and what people said of pictures
(`tasks.report.gold_labels`).
What came from a paper is untrusted: the template escapes all of it, `shown` spells out control and direction marks
instead of obeying them, links go only to local files and https, and the page forbids itself scripts and requests.
"""

from __future__ import annotations

import functools
import logging
from collections import Counter
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from models import taxonomy
from tasks.corrections.known import known_of
from tasks.dataset.tally import BARS
from tasks.errors import InputError, OutputError
from tasks.report import changes, gold_labels
from tasks.report.agreement import Agreement, agreement
from tasks.report.history import RELABELLED, DatasetState, PastRun, read_history, write_history
from tasks.report.people import People, people_of
from tasks.report.summary import DatasetSummary, summarize
from tasks.runs.outcomes import FailedPaper, RunSummary
from tasks.stores import paths
from tasks.texts import counted, printable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jinja2 import Environment

    from tasks.dataset.cache.part_cache import PartCache
    from tasks.stores.paths import StorePath

log = logging.getLogger(__name__)

STAGES = {
    "extract": "Reading PDFs: figures, captions, separation",
    "prepare": "Decoding and resizing pictures",
    "classify": "Naming modalities",
    "write": "Writing Parquet",
}
REVIEW_QUEUE = {
    "mistaken": (
        "Named otherwise by people",
        "The model's surest mistakes: it says one thing, people another.",
    ),
    "unsure": ("Least sure", "Named by the model, with the lowest confidence."),
    "abstained": ("Abstained", "A sample of what the model does not name; its best guess is shown."),
}
"""Pictures to look at first: heading and sentence, by the review queue's reason."""
RUNS_SHOWN = 10


def write_report(out: StorePath, summary: RunSummary, parts: PartCache | None = None) -> StorePath:
    """Writes `out`/report/index.html, whole or not at all, and returns its path; the run joins the history.

    `parts`: where the run has them open, as they now are.

    Shows what this run did and what the dataset at `out` now holds; under 3 MB whatever the corpus.
    """
    paths.make_folder(out / "report")
    dataset = summarize(out, summary.parts, _gold_of(out), parts)
    runs = [*read_history(out), PastRun(summary, state_of(dataset))]
    write_history(out, runs)
    return _write_page(out, dataset, runs)


@dataclass(frozen=True, slots=True)
class Rewritten:
    """A report that was written anew, and how far the model agrees with people; None where they have said nothing."""

    page: StorePath
    agreement: Agreement | None


def rewrite_report(out: StorePath, gold: StorePath | None = None) -> Rewritten:
    """The report of the last run anew, against the dataset as it is now; `gold` becomes `out`/report/gold.csv.

    Raises OutputError where no run is remembered, InputError for a file that is no gold.
    """
    runs = read_history(out)
    if not runs:
        raise OutputError(f"{out} remembers no run: label papers first, `figmill label PAPERS --out {out}`")
    if gold is not None:
        gold_labels.read_gold_labels(gold, known_of(out))
        paths.put_bytes(paths.read(gold), out / "report" / gold_labels.FILE, durable=False)
    dataset = summarize(out, runs[-1].summary.parts, _gold_of(out))
    return Rewritten(_write_page(out, dataset, runs), _agreement(dataset))


def state_of(dataset: DatasetSummary) -> DatasetState:
    """What the next run is compared with."""
    counts = dataset.counts
    return DatasetState(
        papers=counts.papers,
        failed=counts.failed,
        figures=counts.figures,
        subfigures=counts.subfigures,
        abstained=counts.rejected,
        mean_confidence=dataset.mean_confidence,
        by_modality=dict(counts.by_modality),
    )


def _gold_of(out: StorePath) -> Mapping[str, str]:
    """What people said of the dataset's pictures; a file that cannot be used costs a line in the log, not the run."""
    file = out / "report" / gold_labels.FILE
    try:
        return gold_labels.read_gold_labels(file) if paths.exists(file) else {}
    except InputError as error:
        log.warning("%s; the report goes without it", error)
        return {}


def _write_page(out: StorePath, dataset: DatasetSummary, runs: list[PastRun]) -> StorePath:
    page = out / "report" / "index.html"
    paths.put_bytes(render(dataset, runs, people_of(out)).encode(), page, durable=False)
    return page


def render(dataset: DatasetSummary, runs: list[PastRun], people: People | None = None) -> str:
    """The page's HTML; the last of the runs is the one that it is about."""
    template = _environment().get_template("report.html.j2")
    run = runs[-1].summary
    return template.render(
        run=run,
        dataset=dataset,
        headline=headline(run),
        asides=_asides(run, dataset),
        totals=_totals(run, dataset),
        modalities=_commonest_first(dataset),
        kinds=_kinds_below(dataset),
        galleries=_galleries(dataset),
        review_queue=[
            (why, dataset.review_queue[why]) for why in REVIEW_QUEUE if why in dataset.review_queue
        ],
        reasons=REVIEW_QUEUE,
        bars=_bars(dataset),
        agreement=_agreement(dataset),
        people=people,
        earlier=_earlier_failures(run, dataset),
        stages=STAGES,
        stage_rates=_stage_rates(run),
        rates=_rates(run),
        changes=changes.since(runs[-2], runs[-1].summary, state_of(dataset)) if len(runs) > 1 else [],
        runs=runs[: -RUNS_SHOWN - 1 : -1],
        version=_version(),
    )


def headline(run: RunSummary) -> str:
    """What became of the run, in a sentence."""
    failed = run.counts.failed
    if not run.papers:
        return "Nothing to do: this run found no new papers."
    if failed == run.papers:
        unread = run.counts.by_status.get("failed", 0)
        if not unread:
            return "This run could read no paper anew."
        return f"This run could read no paper: {counted(unread, 'paper')} failed. The reasons are below."
    done = "relabelled" if RELABELLED in run.settings else "read"
    read = f"{counted(run.papers - failed, 'paper')} {done} in {duration(run.seconds)}"
    return (
        f"{read}: {counted(run.counts.subfigures, 'subfigure')} in {counted(run.counts.figures, 'figure')}."
    )


@dataclass(frozen=True, slots=True)
class Total:
    """A number of the whole dataset, and how much of it this run added."""

    label: str
    count: int
    added: int


def _totals(run: RunSummary, dataset: DatasetSummary) -> list[Total]:
    whole, added = dataset.counts, run.counts
    return [
        Total("Papers", whole.papers, added.papers),
        Total("Pages", whole.pages, added.pages),
        Total("Figures", whole.figures, added.figures),
        Total("Subfigures", whole.subfigures, added.subfigures),
        Total("Failed papers", whole.failed, added.by_status.get("failed", 0)),
    ]


def _asides(run: RunSummary, dataset: DatasetSummary) -> list[str]:
    """Sentences under the headline: what failed, was skipped, left, or could not be named."""
    failed, empty, stayed = (
        run.counts.by_status.get(one, 0) for one in ("failed", "no_figures", "not_renewed")
    )
    whole = dataset.counts
    sentences = [
        (0 < failed < run.papers, f"{counted(failed, 'paper')} could not be read; the reasons are below."),
        (
            stayed,
            f"{counted(stayed, 'paper')} could not be read anew: what was read earlier stays; the reasons are below.",
        ),
        (empty, f"{counted(empty, 'paper')} held no figure."),
        (
            run.skipped,
            f"{run.skipped:,} of {counted(run.inputs, 'PDF')} skipped: in the dataset already, or the same file twice.",
        ),
        (run.left, f"{counted(run.left, 'paper')} left for a later run by --limit."),
        (
            whole.rejected,
            f"The model abstains on {whole.rejected:,} of the dataset's {counted(whole.subfigures, 'subfigure')}.",
        ),
        (
            dataset.compound,
            f"{counted(dataset.compound, 'subfigure')} of the dataset may hold several panels.",
        ),
        (whole.unscored, f"{counted(whole.unscored, 'subfigure')} of the dataset could not be scored."),
    ]
    return [sentence for said, sentence in sentences if said]


def _rates(run: RunSummary) -> str:
    """How fast the run was, leaving out what it did not find."""
    counts = {"papers": run.papers, "pages": run.counts.pages, "subfigures": run.counts.subfigures}
    return ", ".join(rate(count, things, run.seconds) for things, count in counts.items() if count)


def _stage_rates(run: RunSummary) -> dict[str, str]:
    """What a second of work did in each stage."""
    counts = {"extract": (run.counts.pages, "pages")} | dict.fromkeys(
        ("prepare", "classify", "write"), (run.counts.subfigures, "subfigures")
    )
    return {
        stage: rate(*counts[stage], seconds)
        for stage, seconds in run.counts.stage_seconds.items()
        if stage in counts and counts[stage][0] and seconds > 0
    }


def _agreement(dataset: DatasetSummary) -> Agreement | None:
    return agreement(dataset.judged) if dataset.judged else None


def _commonest_first(dataset: DatasetSummary) -> list[tuple[str, int]]:
    return Counter(dataset.counts.by_modality).most_common()


def _kinds_below(dataset: DatasetSummary) -> dict[str, list[tuple[str, int]]]:
    """By class the kinds that its rows' paths name below it, the commonest first."""
    kinds: dict[str, list[tuple[str, int]]] = {}
    for (code, kind), count in dataset.by_kind_below.most_common():
        kinds.setdefault(code, []).append((kind.replace("-", " "), count))
    return kinds


def _galleries(dataset: DatasetSummary) -> list[tuple[str | None, list[object]]]:
    """Pictures by modality, the commonest modality first and the unscored ones last."""
    order = [code for code, _ in _commonest_first(dataset)]
    return [(code, list(dataset.cards[code])) for code in [*order, None] if code in dataset.cards]


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar of the confidence histogram; heights are fractions of the tallest."""

    lower: float
    upper: float
    accepted: int
    abstained: int
    accepted_height: float
    abstained_height: float


def _bars(dataset: DatasetSummary) -> list[Bar]:
    tallest = max(map(sum, zip(dataset.accepted, dataset.abstained, strict=True))) or 1
    return [
        Bar(i / BARS, (i + 1) / BARS, accepted, abstained, accepted / tallest, abstained / tallest)
        for i, (accepted, abstained) in enumerate(zip(dataset.accepted, dataset.abstained, strict=True))
    ]


def _earlier_failures(run: RunSummary, dataset: DatasetSummary) -> list[FailedPaper]:
    """Failed papers of the ledger that this run did not touch."""
    now = {paper.source_uri for paper in run.failures}
    return [paper for paper in dataset.failed if paper.source_uri not in now]


def shown(text: object) -> str:
    """`text` on one line; control, direction and invisible marks are spelt out instead of obeyed."""
    return printable(" ".join(str(text).split()), longest=600)


def file_name(uri: str) -> str:
    """The last part of a path or URI."""
    return PurePosixPath(uri).name or uri


def link(uri: str, page: int | None = None) -> str | None:
    """Where a browser finds `uri`: a file or an https address, at `page`; None for everything else."""
    if uri.startswith("https://"):
        return uri
    try:
        target = Path(uri).as_uri() if uri.startswith("/") else None
    except (ValueError, UnicodeEncodeError):
        return None
    return target and (f"{target}#page={page}" if page else target)


def duration(seconds: float) -> str:
    """`0.42 s`, `12 s`, `3 min 5 s`, `2 h 10 min`."""
    if seconds < 10:
        return f"{seconds:.2g} s"
    minutes, rest = divmod(round(seconds), 60)
    if not minutes:
        return f"{rest} s"
    return f"{minutes} min {rest} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


def rate(count: int, things: str, seconds: float) -> str:
    """`7.8 pages/s`, or `53.9 papers/min` where less than one falls to a second."""
    per_second = count / seconds if seconds > 0 else 0.0
    return f"{per_second:,.1f} {things}/s" if per_second >= 1 else f"{per_second * 60:,.1f} {things}/min"


def _version() -> str:
    try:
        return version("figmill")
    except PackageNotFoundError:
        return ""


@functools.cache
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "shown": shown,
        "file_name": file_name,
        "duration": duration,
        "modality": taxonomy.name,
    }
    environment.globals |= {"link": link, "counted": counted, "rate": rate}
    return environment
