"""What changed in a dataset since the run before, as a table of numbers then and now."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from models import taxonomy
from tasks.report.history import DatasetState, PastRun
from tasks.runs.outcomes import RunSummary

_MODALITIES = 12
"""Of those that changed, the ones that changed most."""


@dataclass(frozen=True, slots=True)
class Change:
    """A line of the table, ready to be shown."""

    label: str
    before: str
    now: str
    difference: str
    """With its sign; empty where it says nothing."""


def since(before: PastRun, run: RunSummary, now: DatasetState) -> list[Change]:
    """The numbers of the dataset and of the two runs side by side; modalities only where they changed."""
    then = before.dataset
    return [
        _count("Papers", then.papers, now.papers),
        _count("Failed papers", then.failed, now.failed),
        _count("Figures", then.figures, now.figures),
        _count("Subfigures", then.subfigures, now.subfigures),
        _share("The model abstains on", _part(then), _part(now), "{:.1%}"),
        _share("Mean confidence", then.mean_confidence, now.mean_confidence, "{:.3f}"),
        _share("Pages a second, in the run", _speed(before.summary), _speed(run), "{:.1f}"),
        *_modalities(then, now),
    ]


def _modalities(then: DatasetState, now: DatasetState) -> Iterator[Change]:
    grown = {
        code: now.by_modality.get(code, 0) - then.by_modality.get(code, 0)
        for code in {*then.by_modality, *now.by_modality}
    }
    most = sorted((code for code in grown if grown[code]), key=lambda code: (-abs(grown[code]), code))
    for code in most[:_MODALITIES]:
        name = taxonomy.name(code)
        yield _count(
            f"{name[:1].upper()}{name[1:]}", then.by_modality.get(code, 0), now.by_modality.get(code, 0)
        )


def _count(label: str, before: int, now: int) -> Change:
    return Change(
        label, f"{before:,}", f"{now:,}", f"{now - before:+,}".replace("-", "−") if now != before else ""
    )


def _share(label: str, before: float | None, now: float | None, form: str) -> Change:
    then, today = ("–" if value is None else form.format(value) for value in (before, now))
    if before is None or now is None or then == today:
        return Change(label, then, today, "")
    return Change(label, then, today, f"{'+' if now > before else '−'}{form.format(abs(now - before))}")


def _part(of: DatasetState) -> float | None:
    return of.abstained / of.subfigures if of.subfigures else None


def _speed(run: RunSummary) -> float | None:
    pages = run.counts.pages
    return pages / run.seconds if pages and run.seconds > 0 else None
