"""A bundle taught by what people said of a dataset: its stored scores and features are read, no picture is.

What is learned from are rows that people named; as many of the others as keep the model from forgetting are held as
they are. Whether it got better is asked of papers that were not learned from.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from models import taxonomy
from models.adapting.calibrating import Calibrated, HeldOut, calibrate
from models.adapting.classes import NewClass, widen_scores
from models.adapting.covering import FEWEST, Covered
from models.adapting.fusing import Shares
from models.adapting.refitting import Refit, refit
from models.adapting.teaching import Rows, Taught, compared, examine, folds_of, teach
from models.bundle.bundle import BundleInfo
from models.inference.words import Words
from tasks.corrections.overlay import KEYS, Overlay, read_overlay, taught_class
from tasks.corrections.own_classes import OwnClass
from tasks.corrections.rows import read_columns
from tasks.dataset.columns import PAPERS
from tasks.dataset.files import part_files
from tasks.dataset.folder import require_free
from tasks.dataset.schema import figmill_metadata, read_captions
from tasks.errors import InputError, OutputError
from tasks.stores import paths

if TYPE_CHECKING:
    from tasks.stores.paths import StorePath

FEWEST_NAMED = 10
"""Rows that people named, below which nothing is learned."""
_KEPT = 1000
"""Others that are held as they are."""
_FEWEST_SEEN = 5
"""Of a class, rows from which its place among the pictures that are known is taken."""
_SCORES = ("probabilities", "embedding", "modality", "rejected", "subcaption", "caption", "panel_label")

_SAID = ("rejected", "subcaption", "caption", "panel_label")

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Lesson:
    """What a dataset has to teach with."""

    named: Rows
    codes: tuple[str, ...]
    """What people say of each of `named`."""
    words: tuple[Words | None, ...]
    """What the paper says of each."""
    whole: Floats
    """Of each, what its stored probabilities sum up to: the rest is that it is no panel at all."""
    papers: tuple[str, ...]
    random: npt.NDArray[np.bool_]
    """Which of them were met in the random order."""
    kept: Rows


@dataclass(frozen=True, slots=True)
class Adapted:
    """A bundle that was taught, and how it fared."""

    taught: Taught
    covered: Covered | None
    """The bundle's conformal sets; None where too few rows of the random order can promise anything."""
    lesson: Lesson
    refit: Refit
    by_class: Mapping[str, int]
    """Rows that taught, by class."""
    unknown: int
    """Rows of classes that neither the bundle nor the file of classes has: left out."""


def adapt(out: StorePath, info: BundleInfo, name: str, own: Sequence[OwnClass] = ()) -> Adapted:
    """What the corrections of the dataset in `out` teach the bundle that labelled it. Writes nothing.

    Raises OutputError where another bundle labelled it, InputError where people have named too little.
    """
    with_words = _check_origin(out, info)
    lesson = gather(out, [(example, one.code) for one in own for example in one.examples])
    known = (*info.classes, *(one.code for one in own))
    usable = np.array([code in known for code in lesson.codes], bool)
    if usable.sum() < FEWEST_NAMED:
        raise InputError(
            f"people have named {usable.sum()} row{'' if usable.sum() == 1 else 's'} of {out} that can teach; "
            f"{FEWEST_NAMED} are needed: figmill view {out} --edit"
        )
    codes = [code for code, can in zip(lesson.codes, usable, strict=True) if can]
    new = _new_classes(info, own, lesson, usable)
    numbers = {code: number for number, code in enumerate((*info.classes, *(one.code for one in new)))}
    labels = np.array([numbers[code] for code in codes], np.int64)
    named, kept = _widened(lesson.named.select(usable), new), _widened(lesson.kept, new)
    papers = np.array([paper for paper, can in zip(lesson.papers, usable, strict=True) if can])
    _, held_out = examine(named, labels, papers, kept, len(new))
    rows = HeldOut(
        before=named.log_probabilities,
        after=held_out,
        labels=labels,
        folds=folds_of(papers),
        random=lesson.random[usable],
        words=tuple(words for words, can in zip(lesson.words, usable, strict=True) if can),
        whole=lesson.whole[usable],
        read=with_words,
    )
    found = calibrate(info, new, rows)
    taught = compared(named.log_probabilities, found.after, labels)
    counts = Counter(codes)
    change = Refit(
        name=name,
        correction=teach(named, labels, kept, len(new)),
        new=tuple(new),
        with_words=with_words,
        shares=found.shares,
        sharpness=found.sharpness,
        sets=found.covered.sets if found.covered else None,
        examples={
            numbers[code]: named.features[labels == numbers[code]]
            for code, count in counts.items()
            if count >= _FEWEST_SEEN
        },
        training={"corrections": dict(sorted(counts.items()))},
        metrics={},
        notes=_notes(taught, counts, found, info),
    )
    return Adapted(taught, found.covered, lesson, change, counts, int((~usable).sum()))


def write_bundle(info: BundleInfo, adapted: Adapted, out: Path) -> BundleInfo:
    """The taught bundle as a folder. Raises BundleError, OutputError."""
    require_free(out)
    try:
        return refit(info, adapted.refit, out)
    except OSError as error:
        raise OutputError(f"cannot write {out}: {error.strerror or error}; name another --out") from error


def gather(out: StorePath, examples: Sequence[tuple[str, str]] = ()) -> Lesson:
    """The rows that people named, with what is stored of them, and a sample of the others; one pass over the parts.

    `examples` are further rows, each with its class; what people say of the same row goes before. Raises InputError for
    one that the dataset has not.
    """
    overlay, wanted = read_overlay(out), dict(examples)
    chance = np.random.default_rng(0)
    found: list[_Named] = []
    kept: list[tuple[float, Floats, Floats]] = []
    seen: set[str] = set()
    for _, table in read_columns(out, [*KEYS, *_SCORES]):
        if not len(table):
            continue
        scores = _matrix(table["probabilities"]), _matrix(table["embedding"])
        names = table["subfigure_id"].to_pylist()
        known = np.isfinite(np.concatenate(scores, axis=1).sum(axis=1))
        spoken = np.zeros(len(table), bool)
        for place, code, is_random in _spoken(table, names, overlay, wanted):
            spoken[place] = True
            seen.add(names[place])
            if code and known[place]:
                paper = table["paper_id"][place].as_py()
                row = table.select(_SAID).slice(place, 1).to_pylist()[0]
                words = Words(row["subcaption"], row["caption"], row["panel_label"])
                whole = 1.0 if row["rejected"] else min(float(scores[0][place].sum()), 1.0)
                found.append(_Named(scores[0][place], scores[1][place], code, paper, is_random, words, whole))
        draws = chance.random(len(table))
        others = np.flatnonzero(known & ~spoken & (draws <= _limit(kept))).tolist()
        kept += [(float(draws[place]), scores[0][place], scores[1][place]) for place in others]
        kept = sorted(kept, key=lambda drawn: drawn[0])[:_KEPT]
    missing = [name for name in wanted if name not in seen]
    if missing:
        raise InputError(f"the dataset has no subfigure {missing[0]!r}, which is named as an example")
    return _lesson(found, kept)


@dataclass(frozen=True, slots=True)
class _Named:
    """A row that somebody named."""

    probabilities: Floats
    features: Floats
    code: str
    paper: str
    random: bool
    words: Words
    whole: float


def _spoken(
    table: pa.Table, names: Sequence[str], overlay: Overlay, examples: Mapping[str, str]
) -> Iterator[tuple[int, str | None, bool]]:
    """Place, class, and whether met at random, of each row of which somebody has spoken; no class where it has none."""
    touched = overlay.touched(table) if overlay else np.zeros(len(table), bool)
    keys = table.select([*KEYS, "modality"])
    for place in np.flatnonzero(touched).tolist():
        ruling = overlay.ruling(keys.slice(place, 1).to_pylist()[0])
        code, is_random = taught_class(ruling, examples.get(names[place]))
        if code or ruling.holding:
            yield place, code, is_random
    if examples:
        for place in np.flatnonzero(~touched).tolist():
            if names[place] in examples:
                yield place, examples[names[place]], False


def _limit(kept: Sequence[tuple[float, Floats, Floats]]) -> float:
    """Above this draw no further row is kept: those with the least are a fair sample."""
    return kept[-1][0] if len(kept) >= _KEPT else 1.0


def _lesson(found: Sequence[_Named], kept: Sequence[tuple[float, Floats, Floats]]) -> Lesson:
    def rows(probabilities: list[Floats], features: list[Floats]) -> Rows:
        if not probabilities:
            return Rows(np.zeros((0, 1), np.float32), np.zeros((0, 1), np.float32))
        return Rows.of(np.stack(probabilities), np.stack(features))

    return Lesson(
        rows([one.probabilities for one in found], [one.features for one in found]),
        tuple(one.code for one in found),
        tuple(one.words for one in found),
        np.array([one.whole for one in found], np.float32),
        tuple(one.paper for one in found),
        np.array([one.random for one in found], bool),
        rows([one for _, one, _ in kept], [one for _, _, one in kept]),
    )


def _new_classes(
    info: BundleInfo, own: Sequence[OwnClass], lesson: Lesson, usable: npt.NDArray[np.bool_]
) -> list[NewClass]:
    """The classes of the file that have rows, each like its parent, or like what the model says of most of its rows."""
    new = []
    for one in own:
        rows = [place for place, code in enumerate(lesson.codes) if code == one.code and usable[place]]
        if one.code in info.classes:
            continue
        if not rows:
            raise InputError(f"nobody has named a row {one.code!r}: correct some, or give it examples")
        parent, _ = taxonomy.below_another(one.code)
        said = lesson.named.log_probabilities[rows].argmax(axis=1)
        like = info.classes.index(parent) if parent in info.classes else int(np.bincount(said).argmax())
        new.append(NewClass(one.code, like))
    return new


def _widened(rows: Rows, new: Sequence[NewClass]) -> Rows:
    return (
        Rows(widen_scores(rows.log_probabilities, new), rows.features) if new and len(rows.features) else rows
    )


def _check_origin(out: StorePath, info: BundleInfo) -> bool:
    """Whether the dataset's rows read captions. Raises OutputError where another bundle scored them."""
    for ledger in part_files(out / PAPERS):
        with paths.parquet(ledger) as file:
            metadata = figmill_metadata(_schema(file))
        if metadata.get("model_id") != info.model_id:
            raise OutputError(
                f"{out} was labelled by {metadata.get('model_id')}, not by {info.model_id}: name that bundle by --model"
            )
        return bool(read_captions(metadata))
    raise OutputError(f"{out} holds no part yet: label papers first, `figmill label PAPERS --out {out}`")


def _schema(file: pq.ParquetFile) -> Any:
    return file.schema_arrow


def _matrix(column: pa.ChunkedArray) -> Floats:
    """(N, size) of a column of fixed-size lists; NaN where a number is null."""
    size = column.type.list_size
    parts = [
        chunk.values.slice(chunk.offset * size, len(chunk) * size).to_numpy(zero_copy_only=False)
        for chunk in column.chunks
    ]
    flat = np.concatenate([part.astype(np.float32) for part in parts])
    return flat.reshape(-1, size)


def _notes(taught: Taught, counts: Mapping[str, int], found: Calibrated, info: BundleInfo) -> str:
    lines = [
        f"Taught by {taught.rows} rows that people named, from the stored scores and features of {info.model_id}: only "
        "the head's weights, and how much words and confidences count, may have changed.",
        "",
        f"Of these rows, each judged by a head that had not learned from its paper: {taught.before:.3f} right before, "
        f"{taught.after:.3f} after; mean -log p {taught.loss_before:.3f} before, {taught.loss_after:.3f} after. They "
        "are the rows that people chose to look at, so this says nothing of all rows.",
        "",
        "Confidences were set anew by the rows of the random order."
        if found.sharpness != 1.0
        else "Confidences are as sharp as they were.",
        _of_words(found.shares),
        "",
        _of_sets(found.covered),
        "",
        "| class | rows |",
        "|---|---|",
        *(f"| {code} | {count} |" for code, count in sorted(counts.items())),
    ]
    return "\n".join(lines)


def _of_words(shares: Shares) -> str:
    if shares.own == shares.caption == 1.0:
        return "Words count as they did."
    return (
        f"A panel's own words count {shares.own:g} times as much as they did, its figure's caption {shares.caption:g} "
        f"times, by {shares.rows} rows: mean -log p of held-out ones {shares.loss_before:.3f} before, "
        f"{shares.loss_after:.3f} after."
    )


def _of_sets(covered: Covered | None) -> str:
    if covered is None:
        return f"No conformal sets: {FEWEST} named rows of the random order are needed to promise what they hold."
    return (
        f"Conformal sets hold the true class with probability {covered.sets.coverage:.2f}, by {covered.rows} rows of "
        f"the random order; thresholds and heads of other papers held it in {covered.coverage:.3f}, with "
        f"{covered.size:.1f} classes on average (how much words count and how sharp confidences are was fitted to all "
        "papers)."
    )
