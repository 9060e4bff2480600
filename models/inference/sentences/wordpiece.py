"""A text as pieces of words, as BERT's uncased models read it.

Source: Devlin et al., "BERT", NAACL 2019, whose tokenizer the tests hold this to; WordPiece itself: Wu et al., 2016.
"""

from __future__ import annotations

import functools
import string
import unicodedata
from collections.abc import Callable, Sequence

from models.bundle.sentence_model import MARKS

_INNER = "##"
"""What a piece begins with that goes on with a word."""
_LONGEST_WORD = 100
"""A longer one is not read, nor kept."""
_HAN = (
    (0x4E00, 0x9FFF),
    (0x3400, 0x4DBF),
    (0x20000, 0x2A6DF),
    (0x2A700, 0x2B73F),
    (0x2B740, 0x2B81F),
    (0x2B820, 0x2CEAF),
    (0xF900, 0xFAFF),
    (0x2F800, 0x2FA1F),
)
"""Characters that are words by themselves."""
_UNSEEN = ("Cc", "Cf", "Co", "Cs")
"""Categories of characters that leave nothing on paper."""


class WordPiece:
    """Reads texts with a vocabulary, whose places are the pieces' numbers. Thread-safe."""

    def __init__(self, vocabulary: Sequence[str]) -> None:
        self._numbers = {piece: number for number, piece in enumerate(vocabulary)}
        self._start, self._end, self._unknown = (self._numbers[name] for name in MARKS)
        self._split = functools.lru_cache(20_000)(self._pieces)

    def read(self, text: str, most: int) -> list[int]:
        """The numbers of at most `most` pieces: the start's, the text's as far as they go, the end's."""
        numbers = [self._start]
        for word in words(text):
            numbers += self._split(word) if len(word) <= _LONGEST_WORD else (self._unknown,)
            if len(numbers) >= most - 1:
                break
        return [*numbers[: most - 1], self._end]

    def _pieces(self, word: str) -> tuple[int, ...]:
        """Always the longest piece that the vocabulary has; a word that it cannot spell is unknown as a whole."""
        found: list[int] = []
        start = 0
        while start < len(word):
            prefix = _INNER if start else ""
            ends = range(len(word), start, -1)
            end = next((end for end in ends if prefix + word[start:end] in self._numbers), None)
            if end is None:
                return (self._unknown,)
            found.append(self._numbers[prefix + word[start:end]])
            start = end
        return tuple(found)


def words(text: str) -> list[str]:
    """Words in small letters without accents; signs, and Chinese characters, each by itself."""
    return unicodedata.normalize("NFD", text.translate(_CLEANED)).translate(_SPLIT).split()


class _Table(dict[int, str]):
    """For `str.translate`: what becomes of each character, found when it is first met."""

    def __init__(self, find: Callable[[str], str]) -> None:
        super().__init__()
        self._find = find

    def __missing__(self, code: int) -> str:
        self[code] = found = self._find(chr(code))
        return found


def _clean(character: str) -> str:
    """Nothing for what cannot be seen, a blank for every kind of space."""
    category = unicodedata.category(character)
    if character in "\t\n\r" or category.startswith("Z"):
        return " "
    if category in _UNSEEN or character == "\N{REPLACEMENT CHARACTER}":
        return ""
    is_han = any(first <= ord(character) <= last for first, last in _HAN)
    return f" {character} " if is_han else character


def _part(character: str) -> str:
    """Accents fall away, letters become small, signs stand alone."""
    category = unicodedata.category(character)
    if category == "Mn":
        return ""
    if category.startswith("P") or character in string.punctuation:
        return f" {character} "
    return character.lower()


_CLEANED, _SPLIT = _Table(_clean), _Table(_part)
