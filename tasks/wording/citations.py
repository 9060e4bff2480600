"""Which figures and panels a sentence cites: "Figs. 2B,C and 3", "Figure 1–3", "(Fig. S2)", "Fig. 4(a) and (b)"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tasks.wording.labels import CITED_WORDS, DOTTED_WORDS, label_name

_SUPPLEMENT = (
    r"(?:(?:data\s+)?supp(?:l(?:ement(?:al|ary)?)?|orting)?"
    r"(?:\s+(?:information|materials?|data|file|appendix|digital\s+content(?:\s\d{1,2})?)|(?<=[lpy])\.)?:?|(?-i:SI))"
)
_FILE = r"(?:additional\s+files?\s+S?|online\s+resource\s+)\d{1,2}"
_PREFIX = re.compile(
    rf"(?P<supplement>\b(?:online\s+)?{_SUPPLEMENT}|(?:(?<=[(\[])|(?<=[(\[]see\s)|(?<=\bsee\salso\s)|(?<=;\s))(?:{_SUPPLEMENT}|{_FILE}),|\b{_FILE}\s?[:(–—-]?|\b(?-i:SI)\s+appendix,?|\b(?-i:ED|ESM)"
    r"|\bextended(?:\s+data)?|\bexpanded\s+view|\bonline|\badditional|\bweb|\bappendix(?:\s+\d{1,2}\s?[—–-])?)\s*$"
    r"|(?P<their>\b(?:their|his|her)\s+)$",
    re.IGNORECASE,
)
"""What stands before the word: behind a comma only in a bracket, for "As the supplement tells, Fig. 2" has its own."""
_WORDS = "|".join(
    re.escape(word) + r"(?=\.)" * (word in DOTTED_WORDS)
    for word in sorted(CITED_WORDS, key=len, reverse=True)
)
_WORD = re.compile(
    rf"(?<![^\W_])(?P<word>{_WORDS})(?P<plural>s|en)?"
    r"(?:\.|\b)[\s-]*(?:nos?\.?\s*|#\s*)?(?=(?:(?:EV|ED|SI|ESM|SM|SF|[A-Z])(?:\.\s|[.\s-])?)?\d|(?:[A-Z]-)?[IVX]{1,5}\b"
    r"|[A-Z]\s?[).,;:\]])|(?P<joined>[图圖図]|그림)\s?(?=[SA]?\d)",
    re.IGNORECASE,
)
_ITEM = re.compile(
    r"(?:(?P<prefix>EV|ED|SI|ESM|[A-HS])(?:\.\s|[.\s-])?|(?P<own>SM|SF|[A-Z]|s)|[.\s-]?)"
    r"(?P<number>\d{1,3}(?:\.\d{1,3}){0,2})(?![\d%])|(?P<roman>(?:[A-Z]-)?[IVX]{1,5}(?:\.\d{1,3}(?![\d%])|\b))"
    r"|(?P<alone>[A-HJ-UWYZ])(?=\s?[).,;:\]])"
)
"""A number as labels have it, be it with letters of its `own`, as samples have them, or a letter `alone`."""
_JOINT = re.compile(
    r"\s*(?:(?P<range>[–—‒-]|\bto\b|\bthrough\b|\bbis\b)|(?:[,;/&+]|\band\b|\bor\b|\bund\b|\bet\b|\by\b)"
    r"(?:\s*(?:&|and\b|or\b|as\s+well\s+as\b))?)\s*",
    re.IGNORECASE,
)
_ATTACHED = re.compile(
    r"(?P<open>\s?[(\[]\s?)?(?P<letter>[A-Za-z])(?P<part>[ivx]{1,4}|\d|['′])?(?![A-Za-z0-9])(?P<close>\s?[)\]])?"
)
_APART = re.compile(r",?\s(?P<letter>[A-Za-z])(?=\s?(?:[,;)\]–-]|&|(?:and|to)\s+[A-Za-z]\b))")
"""As *Science* has it, "Fig. 1, A and B", or with a blank, "Fig. 1 A and B"."""
_ASIDE = re.compile(r"\s?\([a-z][a-z ,-]{1,30}\)(?=\s?(?:,|and\b|&))")
"""What is said of a panel before the next: "Fig. 2A (left) and B"."""
_AFTER_LETTER = re.compile(r"\s*(?:[,;.:)\]–—&/-]|and\b|to\b|$)")
_GOES_ON = re.compile(r"\s*(?:[,;.:)\]–—&/-]|and\b|or\b|to\b|in\b|for\b|respectively\b|show|$)")
_OF_OTHERS = re.compile(
    r"\s?(?:in|of|from)\s+(?:refs?\b|references?\b|\[|[A-Z]\w+(?:\s+(?:and|&)\s+[A-Z]\w+|\s+et\s+al)\b)"
)
_CHILD = re.compile(r"\s?[—–-]\s?figure\s+supplements?\s+(\d{1,2})\b", re.IGNORECASE)
_CLOSING = re.compile(r"\s?[)\]]")
_UNIT = re.compile(r"\s?[%°×]")
_LONGEST_RANGE = 30


@dataclass(frozen=True, slots=True)
class Citation:
    """A figure that a sentence cites."""

    label: str
    """Normalised as `labels.parse_label` has it: `Figure 3`, `Figure S2`, `Supplementary Figure 1`."""
    letters: frozenset[str]
    """The panels named, in small letters; none where the figure is cited as a whole."""


def find_citations(text: str) -> list[Citation]:
    """The figures that a text cites, in its order; a figure that another article has is left out.

    >>> find_citations("(Figs. 2B,C and 3)")
    [Citation(label='Figure 2', letters=frozenset({'b', 'c'})), Citation(label='Figure 3', letters=frozenset())]
    """
    found: list[Citation] = []
    for match in _WORD.finditer(text):
        before = _PREFIX.search(text, max(0, match.start() - 40), match.start())
        if before is not None and before["their"]:
            continue
        reader = _Reader(text, match.end(), bool(match["plural"]))
        items = list(reader.items())
        if not _OF_OTHERS.match(text, reader.place):
            word = match["word"] or match["joined"]
            supplement = before["supplement"] if before is not None else ""
            found += [Citation(label_name(supplement, word, number), letters) for number, letters in items]
    return found


class _Reader:
    """Reads the numbers and letters behind the word "Figure"; `place` is where the text goes on."""

    def __init__(self, text: str, place: int, plural: bool) -> None:
        self._text = text
        self.place = place
        self._plural = plural

    def items(self) -> Iterator[tuple[str, frozenset[str]]]:
        """Each number with the letters that stand at it."""
        first = _ITEM.match(self._text, self.place)
        last = _number(first) if first else ""
        while first is not None:
            self.place = first.end()
            letters = self._letters()
            number, following = last + self._child(), None
            joint = _JOINT.match(self._text, self.place)
            if joint is not None:
                following = self._next_number(joint, first, bool(letters))
            if following is not None and joint is not None and joint["range"]:
                last = _last(number, following)
                if last == number:  # "2A-2C"
                    self.place = following.end()
                    letters |= _range(max(letters, default=""), max(self._letters(), default=""))
                    joint = _JOINT.match(self._text, self.place)
                    following = self._next_number(joint, first, True) if joint is not None else None
                else:
                    yield number, letters if not letters else frozenset()
                    yield from ((between, frozenset()) for between in _between(number, last))
                    first = following
                    continue
            yield number, letters
            first, last = following, _number(following) if following else ""

    def _next_number(
        self, joint: re.Match[str], before: re.Match[str], lettered: bool
    ) -> re.Match[str] | None:
        """The number behind a joint, where it counts figures and not days or mice."""
        item = _ITEM.match(self._text, joint.end())
        if item is None or not _is_of_kind(item, before):
            return None
        if (self._plural and not lettered) or item["prefix"]:
            return item if not _UNIT.match(self._text, item.end()) else None
        letter = _ATTACHED.match(self._text, item.end())
        return item if letter or _GOES_ON.match(self._text, item.end()) else None

    def _letters(self) -> frozenset[str]:
        """The letters at a number; reads on as long as more follow."""
        first = _ATTACHED.match(self._text, self.place) or _APART.match(self._text, self.place)
        if first is None:
            return frozenset()
        found = {first["letter"].lower()}
        self.place, last, upper = first.end(), first["letter"], first["letter"].isupper()
        while joint := _JOINT.match(self._text, self._behind_aside()):
            more = _ATTACHED.match(self._text, joint.end())
            if more is None or more["letter"].isupper() != upper or not self._is_letter(more):
                break
            found |= _range(last, more["letter"]) if joint["range"] else {more["letter"].lower()}
            self.place, last = more.end(), more["letter"]
        closing = _CLOSING.match(self._text, self.place)
        if "open" in first.groupdict() and first["open"] and not first["close"] and closing:
            self.place = closing.end()
        return frozenset(found)

    def _child(self) -> str:
        """`—figure supplement 1`, as eLife has it."""
        found = _CHILD.match(self._text, self.place)
        if found is None:
            return ""
        self.place = found.end()
        return f"—figure supplement {found[1]}"

    def _behind_aside(self) -> int:
        aside = _ASIDE.match(self._text, self.place)
        return aside.end() if aside else self.place

    def _is_letter(self, found: re.Match[str]) -> bool:
        """Whether a single letter names a panel: "a" and "I" are words too."""
        if found["open"] or found["letter"] not in "aAI":
            return True
        return bool(_AFTER_LETTER.match(self._text, found.end()))


def _number(item: re.Match[str]) -> str:
    if item["number"] is None:
        return str(item["roman"] or item["alone"])
    return f"{(item['prefix'] or item['own'] or '').upper()}{item['number']}"


def _last(first: str, item: re.Match[str]) -> str:
    """The number that ends a range; what stands before the first one's counts for it, too: `S4` of `S1–4`."""
    lettered, last = re.fullmatch(r"(\D+)(\d+)", first), _number(item)
    goes_on = lettered and last.isdecimal() and int(last) >= int(lettered[2])
    return f"{lettered[1]}{last}" if lettered and goes_on else last


def _is_of_kind(item: re.Match[str], before: re.Match[str]) -> bool:
    """Whether a number goes on with those before: one with letters that samples have, too, behind its like alone."""
    alike = item["own"] is None or (before["own"] or "").upper() == item["own"].upper()
    return alike and item["alone"] is None


def _between(first: str, last: str) -> Iterator[str]:
    """The numbers between the ends of a range: `S2`, `S3` of `S1–S4`, or of `S1–4`."""
    start, end = re.fullmatch(r"(\D*)(\d+)", first), re.fullmatch(r"(\D*)(\d+)", last)
    if start and end and end[1] in ("", start[1]) and 0 < int(end[2]) - int(start[2]) < _LONGEST_RANGE:
        yield from (f"{start[1]}{number}" for number in range(int(start[2]) + 1, int(end[2])))


def _range(first: str, last: str) -> frozenset[str]:
    """The letters from one to another; both alone where they do not count up."""
    a, b = first.lower(), last.lower()
    if a and b and 0 < ord(b) - ord(a) < 26:
        return frozenset(map(chr, range(ord(a), ord(b) + 1)))
    return frozenset(filter(None, (a, b)))
