"""How rows rank by what they have of the words that were asked for, and how two rankings become one (see search.py)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

_LESS = 0.05
"""What each further panel of a figure loses of its score, of the score divided by 1, 1.05, 1.10, ..."""
_RANK_OFFSET = 60


def weighed(
    own: Sequence[Mapping[int, float]],
    told: Sequence[Mapping[int, float]],
    rows: Iterable[tuple[int, int, int, bool]],
) -> list[tuple[int, float]]:
    """Rows with their scores, the best first.

    `own` and `told` have for each term the scores of the rows that have it, by the row's number; of each row are given
    its number, its paper, its figure's place there, and whether the model abstains.
    """
    terms = len(own)
    graded = []
    for number, paper, figure, refused in rows:
        own_has = sum(number in scores for scores in own)
        has = sum(number in mine or number in others for mine, others in zip(own, told, strict=True))
        score = own_has * sum(scores.get(number, 0.0) for scores in own)
        score += has * sum(scores.get(number, 0.0) for scores in told)
        complete = has == terms and (own_has > 0 or terms == 1)
        tier = (not complete, refused, own_has < terms)
        graded.append((tier, -score / terms, number, (paper, figure)))
    places: Counter[tuple[int, int]] = Counter()
    ranked = []
    for tier, less, number, of in sorted(graded):
        ranked.append((tier, less / (1 + _LESS * places[of]), number))
        places[of] += 1
    return [(number, -less) for _, less, number in sorted(ranked)]


def fused(*rankings: Sequence[tuple[int, float | None]]) -> list[tuple[int, float | None]]:
    """Reciprocal rank fusion; the scores are sums of 1/(60 + rank)."""
    scores: dict[int, float] = {}
    for ranking in rankings:
        for rank, (number, _) in enumerate(ranking, 1):
            scores[number] = scores.get(number, 0.0) + 1 / (_RANK_OFFSET + rank)
    best = sorted(scores, key=lambda number: (-scores[number], number))
    return [(number, scores[number]) for number in best]
