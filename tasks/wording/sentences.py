"""Running text cut into sentences, as scientific prose writes them: `Fig. 2`, `et al.`, `E. coli` end none."""

from __future__ import annotations

import re
from collections.abc import Iterator

_STOP = re.compile(
    r"(?<![.!?…])[.!?…]+[)\]”’\"']{0,2}\s+(?=[(\[“‘\"'•·▪●\ufffd©-]{0,2}\s?[^\W_a-zß-öø-ÿα-ω])"
)
_ASIDE = re.compile(r"[(\[][^()\[\]]{1,80}[)\]]\.?")
"""Behind a stop: a citation in brackets that belongs to the sentence before."""
"""Where a sentence may end: a stop, then a capital or a number."""
_LAST_WORD = re.compile(r"([^\W\d_]+(?:\.[^\W\d_]+)*)\.$")
_STARTERS = re.compile(
    r"(?:The|This|These|That|Those|In|On|At|By|For|From|With|To|As|We|Our|It|Its|An?|All|Both|Each|After|Before|Among|"
    r"However|Moreover|Furthermore|Therefore|Thus|Here|There|Then|When|While|Although|Since|If|No|Not|Next|Also|"
    r"Similarly|Finally|Figures?|Figs?|Tables?|Results|Data|Cells|Patients)\b"
)


def _listed(words: str) -> frozenset[str]:
    return frozenset(words.split())


_NEVER = _listed(
    "fig figs eq eqs eqn ref refs tab no nos nr vs cf e.g eg i.e ie ca approx dr prof mr mrs ms st suppl supp vol pp "
    "sect sec chap ser resp viz var subsp cv ssp abb abbildung ed eds scheme schemes ext rev"
)
"""Short forms that stand before something, so that no sentence ends with them."""
_SELDOM = _listed("al etc sp spp inc ltd co corp min max hr hrs wt conc temp i.v i.p s.c p.o a.m p.m u.s u.k")
"""Short forms that may end one: a word that begins sentences must follow."""


def spans(text: str) -> Iterator[tuple[int, int]]:
    """Start and end of each sentence in a text, without the spaces around it."""
    before: tuple[int, int] | None = None
    for start, end in _cut(text):
        if before and _ASIDE.fullmatch(text, start, end):
            before = before[0], end
            continue
        if before:
            yield before
        before = start, end
    if before:
        yield before


def _cut(text: str) -> Iterator[tuple[int, int]]:
    start = len(text) - len(text.lstrip())
    for stop in _STOP.finditer(text):
        if _ends(text, start, stop):
            end = start + len(text[start : stop.end()].rstrip())
            if end > start:
                yield start, end
            start = stop.end()
    end = len(text.rstrip())
    if end > start:
        yield start, end


def _ends(text: str, start: int, stop: re.Match[str]) -> bool:
    """Whether a sentence that begins at `start` ends at a stop."""
    if text[stop.start()] != ".":
        return True
    last = _LAST_WORD.search(text, max(start, stop.start() - 24), stop.start() + 1)
    if last is None:
        return True
    word = last[1].lower()
    if word in _NEVER:
        return False
    if word in _SELDOM or (len(word) == 1 and last[1].isupper()):
        return bool(_STARTERS.match(text, stop.end()))
    return True
