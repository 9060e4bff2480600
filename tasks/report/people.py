"""How often people agree with the model and with each other, by what they said in `figmill view --edit`.

How good the model is, only rows say that were met in the random order: the others were chosen because the model was
unsure of them. Two people are compared on the rows that both named, by Cohen's kappa (Cohen, 1960).
"""

from __future__ import annotations

import itertools
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from models.evaluation.evaluation import Interval, wilson_interval
from tasks.corrections.actions import RANDOM, Correction
from tasks.corrections.files import read_corrections
from tasks.corrections.formats import NO_FIGURE
from tasks.corrections.overlay import KEYS, Overlay
from tasks.corrections.rows import fit, read_columns
from tasks.dataset.files import UnreadablePartError

if TYPE_CHECKING:
    from tasks.stores.paths import StorePath

_PAIRS = 20
"""Pairs of people that are shown."""


@dataclass(frozen=True, slots=True)
class Share:
    """Of the rows that the model names so, those that people name alike; `code` is None for all rows."""

    code: str | None
    rows: int
    alike: int
    interval: Interval
    """Of the share, 95% (Wilson)."""

    @property
    def share(self) -> float:
        """Between 0 and 1."""
        return self.alike / self.rows


@dataclass(frozen=True, slots=True)
class Pair:
    """Two people, and how far they agree beyond chance: 1 where always, 0 where as by chance."""

    one: str
    other: str
    rows: int
    kappa: float


@dataclass(frozen=True, slots=True)
class People:
    """What people's words say of the model and of themselves."""

    corrections: int
    people: int
    whole: Share | None
    """None where nobody looked at rows in the random order."""
    classes: tuple[Share, ...]
    """By the model's class, the commonest first."""
    pairs: tuple[Pair, ...]


def people_of(out: StorePath) -> People | None:
    """What is said in the dataset at `out`; None where nothing is, or where a part cannot be read."""
    said = read_corrections(out).corrections
    if not said:
        return None
    try:
        standing = fit(out, said).fitting
        judged = list(_judged(out, [one for one in standing if one.queue == RANDOM]))
    except UnreadablePartError:
        return None
    if not standing:
        return None
    return People(
        len(standing),
        len({one.who for one in standing}),
        _share(None, [is_alike for _, is_alike in judged]) if judged else None,
        tuple(_by_class(judged)),
        tuple(_pairs(standing)),
    )


def kappa(pairs: Sequence[tuple[str, str]]) -> float:
    """Cohen's kappa of what two people said of the same rows; 1 where both always said one and the same."""
    count = len(pairs)
    alike = sum(one == other for one, other in pairs) / count
    first, second = Counter(one for one, _ in pairs), Counter(other for _, other in pairs)
    chance = sum(first[code] * second[code] for code in first) / count**2
    return 1.0 if chance == 1 else (alike - chance) / (1 - chance)


def _judged(out: StorePath, random: Sequence[Correction]) -> list[tuple[str, bool]]:
    """The model's class and whether people say the same, of each row met at random that the model named."""
    if not random:
        return []
    overlay, judged = Overlay(random), []
    for _, table in read_columns(out, [*KEYS, "modality"]):
        for place in overlay.touched(table).nonzero()[0].tolist():
            row = table.slice(place, 1).to_pylist()[0]
            words = [_word(one) for one in overlay.ruling(row).holding]
            known = [word for word in words if word]
            if known and row["modality"]:
                judged.append((row["modality"], known[-1] == row["modality"]))
    return judged


def _by_class(judged: Sequence[tuple[str, bool]]) -> list[Share]:
    by_class: dict[str, list[bool]] = defaultdict(list)
    for code, is_alike in judged:
        by_class[code].append(is_alike)
    shares = [_share(code, alike) for code, alike in by_class.items()]
    return sorted(shares, key=lambda share: (-share.rows, share.code or ""))


def _share(code: str | None, alike: Sequence[bool]) -> Share:
    count = sum(alike)
    return Share(code, len(alike), count, wilson_interval(count / len(alike), len(alike)))


def _pairs(standing: Sequence[Correction]) -> list[Pair]:
    words: Mapping[str, dict[str, str]] = defaultdict(dict)
    for one in standing:
        if word := _word(one):
            words[one.who][one.subfigure_id] = word
    found = []
    for first, second in itertools.combinations(sorted(words), 2):
        both = sorted(words[first].keys() & words[second].keys())
        if both:
            said = [(words[first][name], words[second][name]) for name in both]
            found.append(Pair(first, second, len(both), kappa(said)))
    return sorted(found, key=lambda pair: -pair.rows)[:_PAIRS]


def _word(said: Correction) -> str | None:
    """The class that a person names, or that it is no figure; None for what names none."""
    return said.value if said.action == "label" else NO_FIGURE if said.action == "no_figure" else None
