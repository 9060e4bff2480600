"""The words that were asked for, where they stand in a text."""

from __future__ import annotations

import itertools
from collections.abc import Collection

from tasks.index.queries import Context
from tasks.index.texts.fields import words_with_places

_CONTEXT = 24
"""Words of a text shown around those that were found."""
_LONGEST_CONTEXT, _MOST_WORDS = 40_000, 5_000
"""Letters and words of a text in which they are looked for."""


def excerpt(text: str, wanted: Collection[str]) -> Context:
    """The words of a text around the first that is wanted, each wanted one marked; empty where there is none."""
    words = list(itertools.islice(words_with_places(text[:_LONGEST_CONTEXT]), _MOST_WORDS))
    first = next((place for place, (word, _, _) in enumerate(words) if word in wanted), None)
    if first is None:
        return ()
    begin = max(0, min(first - _CONTEXT // 4, len(words) - _CONTEXT))
    shown = words[begin : begin + _CONTEXT]
    at = shown[0][1] if begin else 0
    pieces = [("…", False)] if begin else []
    for word, start, end in shown:
        if word in wanted:
            pieces += [(text[at:start], False), (text[start:end], True)]
            at = end
    whole = begin + len(shown) == len(words) and len(text) <= _LONGEST_CONTEXT
    pieces.append((text[at:] if whole else text[at : shown[-1][2]] + "…", False))
    return tuple((piece, found) for piece, found in pieces if piece)
