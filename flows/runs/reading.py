"""The way in from Python: a dataset of papers, or one paper's figures in hand. Needs no Prefect and no command line.

    from flows import label, read

Both read PDFs in processes of their own, under limits of time and memory.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tasks.records import LabelledPaper, PaperFiles
    from tasks.runs.outcomes import Failure, RunSummary
    from tasks.settings import LabelSettings
    from tasks.view.notebook import PaperReading


def label(inputs: str | Path | Iterable[str | Path], out: str | Path, **settings: Any) -> RunSummary:
    """Labels PDFs, or folders of them, into the dataset `out`, as `figmill label` does; what is there is skipped.

    `settings` are fields of `tasks.settings.LabelSettings`: model, device, workers, limit, jats, ...
    Raises FigmillError where the run cannot be done; a paper that cannot be read is a row of the dataset.
    """
    from flows.runs.label import label_here
    from tasks.progress import Reporter
    from tasks.settings import LabelSettings

    named = [inputs] if isinstance(inputs, str | Path) else list(inputs)
    wanted = LabelSettings(inputs=tuple(map(str, named)), out=str(out), **settings)
    return label_here(wanted, Reporter())


def read(paper: str | Path, *, timeout: float = 120.0, **settings: Any) -> PaperReading:
    """The figures of one PDF on this machine with their panels, pictures and modalities; writes no dataset.

    JATS XML beside the PDF is read with it. `timeout` is in seconds; `settings` are fields of
    `tasks.settings.LabelSettings`, such as model, device, captions or jats.
    Raises FigmillError where it cannot be done, PaperError where the paper cannot be read.
    """
    from tasks.bundles import open_bundle
    from tasks.errors import PaperError
    from tasks.runs.outcomes import Failure
    from tasks.settings import LabelSettings
    from tasks.view.notebook import as_reading

    wanted = LabelSettings(inputs=(str(paper),), out="", workers=1, **settings)
    wanted = replace(wanted, limits=replace(wanted.limits, timeout=timeout))
    bundle = open_bundle(wanted.model)
    result = _labelled(_files(wanted), wanted)
    if isinstance(result, Failure):
        raise PaperError(result.kind, f"{paper}: {result.error}")
    return as_reading(result, bundle.classes)


def _files(wanted: LabelSettings) -> PaperFiles | Failure:
    from tasks.errors import InputError
    from tasks.inputs.listing import find_jats, identify, list_inputs
    from tasks.records import SourceFile
    from tasks.runs.outcomes import Failure

    found = list_inputs(wanted.inputs)
    if len(found) != 1 or not isinstance(found[0], Path):
        raise InputError(
            f"{wanted.inputs[0]} is not one PDF on this machine: label() takes folders and addresses"
        )
    (files,) = identify(found)
    if isinstance(files, Failure):
        return files
    jats = find_jats(found[0], Path(wanted.jats) if wanted.jats else None)
    return replace(files, jats=SourceFile(str(jats))) if jats else files


def _labelled(files: PaperFiles | Failure, wanted: LabelSettings) -> LabelledPaper | Failure:
    from tasks.bundles import open_bundle
    from tasks.classifying import Classifier
    from tasks.extraction.pool import shared_pool
    from tasks.stopwatch import Stopwatch

    pool = shared_pool(1, wanted.limits)
    with (
        tempfile.TemporaryDirectory(prefix="figmill-") as spool,
        Classifier(open_bundle(wanted.model), wanted, Stopwatch()) as classifier,
    ):
        (result,) = classifier.label(pool.read([files], Path(spool)))
    return result
