"""Who wrote an article, from the lines under its title, where no JATS says it. All names are sure, or none is given."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tasks.pdf.lines import Line

MOST_GAP = 5.0
"""Heights of a letter between the title and the first name; what stands further down are no authors."""
MOST_LINES = 14
MOST_NAMES = 60

_BETWEEN = re.compile(r"\s*(?:[,;|•·&]|\b(?i:and)\b)\s*")
_MARKS = re.compile(r"(?:(?<=[^\W\d_A-Z])|\b)(?:ORCID|ID|iD)(?![^\W\d_])|[^\w\s.'’‐‑-]+|[\d_]+")
"""What leads from a name to an institution or a note: figures, signs, and the sign of ORCID."""
_LETTER_MARK = re.compile(r"^[a-z]$")
_DEGREES = re.compile(
    r"(?:MD|M\.D\.|PhD|Ph\.D\.?|MSc|M\.Sc\.?|BSc|MPH|DVM|RN|MBBS|FRCS|DO|MS|MA|DrPH|FACS|Prof|Dr)\.?"
)
_NAME = re.compile(r"[^\W\d_]+(?:[.'’‐‑-][^\W\d_]*)*\.?")
_PARTICLES = frozenset(
    [
        "de",
        "del",
        "della",
        "van",
        "von",
        "der",
        "den",
        "la",
        "el",
        "di",
        "da",
        "do",
        "dos",
        "du",
        "al",
        "bin",
        "ten",
        "ter",
        "mc",
        "mac",
        "st.",
    ]
)
_PARTICLES_OR_NAMES = frozenset(["Ben", "Bin", "Di", "Do", "Du", "Le", "Ten"])
"""What begins a surname in one tongue and is a given name in another: María Di Marco, Xiao Di Wu."""
_NEVER_GIVEN = re.compile(r"\w+[eé]z|Garc[ií]a|Ng[uư]y[eễ]n|Tr[aầ]n|Ph[aạ]m")
"""Surnames that stand before another one or before a given name: María García López, Nguyen Van Anh."""
_SUFFIXES = frozenset(["Jr", "Jr.", "Sr", "Sr.", "II", "III", "IV"])
_NO_NAMES = re.compile(
    r"\b(?:University|Department|Dept|Institut\w*|Hospital|School|College|Centre|Center|Faculty|Laborator\w*|Division|"
    r"Received|Accepted|Published|Abstract|Background|Correspond\w*|Edit(?:or|ed)\w*|Article|Journal|Open|Access|Group|"
    r"Consortium|Collaborat\w*|Network|Team|Committee|Review\w*|Research|Report|Copyright|Citation|Keywords?|Society|"
    r"Academy|Clinic\w*|Program\w*|Study|Trials?|Investigators|Members?|Behalf|The|By|From|With|For|New|Los|Project|"
    r"Initiative|Alliance|Association|Foundation|Council|Agency|Registry|Unit|Evidence|Analysis|Growth|Cells?|Culture|"
    r"Models?|Medic\w*|Scien\w*|Health\w*|Internal|\w+(?:ology|iatrics|graphy|surgery))\b",
    re.IGNORECASE,
)


def read_authors(title: Sequence[Line], lines: Sequence[Line]) -> tuple[str, ...] | None:
    """`Surname, Given` in print's order; None unless every word under the title is part of a name.

    One name alone is not given: a running head may look like it.
    `title` are the title's lines, `lines` all upright ones of the page.
    """
    text = _joined([line.unmarked or line.text for line in _under(title, lines)])
    names: list[str] = []
    for piece in _BETWEEN.split(text):
        name = _MARKS.sub(" ", piece)
        if _LETTER_MARK.match(piece.strip()):
            return None  # a letter that leads to an institution: the first of them may stand in a name
        if not name.strip() or _DEGREES.fullmatch(name.strip()):
            continue
        turned = _turned(name.split())
        if turned is None:
            return None
        names.append(turned)
    return tuple(names) if 2 <= len(set(names)) == len(names) <= MOST_NAMES else None


def _joined(lines: Sequence[str]) -> str:
    """Lines as one; empty where a line's end and the next one's beginning are each a name, as of two who stand below
    each other: nothing tells these from a name and a place."""
    text = ""
    for line in lines:
        pieces = [
            _MARKS.sub(" ", piece).split() for piece in (_BETWEEN.split(text)[-1], _BETWEEN.split(line)[0])
        ]
        if all(map(_turned, pieces)):
            return ""
        whole = bool(re.search(r"\w-$", text)) and line[:1].isupper()  # Jean- / Luc
        text += line if whole or not text else f" {line}"
    return text


def _under(title: Sequence[Line], lines: Sequence[Line]) -> list[Line]:
    """The lines of one type right under the title."""
    if not title:
        return []
    end, left = title[-1].bbox[3], min(line.bbox[0] for line in title)
    below = sorted(
        (line for line in lines if line.bbox[1] > end - 2 and line.bbox[0] > left - 30),
        key=lambda line: (round(line.bbox[1] / 3), line.bbox[0]),
    )
    taken: list[Line] = []
    for line in below:
        if not any(map(str.isalpha, line.text)) and line.size < 8:
            continue  # a mark of its own
        if not taken:
            if line.bbox[1] - end > MOST_GAP * line.size or line.size >= title[0].size:
                return []
        elif abs(line.size - taken[0].size) > 0.6 or line.bbox[1] - taken[-1].bbox[3] > line.size:
            break
        taken.append(line)
    return taken if len(taken) <= MOST_LINES else []


def _turned(words: Sequence[str]) -> str | None:
    """`Surname, Given` of the words of one name; None where they are none."""
    words = [word for word in words if not _DEGREES.fullmatch(word)]
    suffix = [words.pop()] if len(words) > 2 and words[-1] in _SUFFIXES else []
    if not 2 <= len(words) <= 6 or _NO_NAMES.search(" ".join(words)):
        return None
    if not all(_NAME.fullmatch(word) and (word[0].isupper() or word in _PARTICLES) for word in words):
        return None
    first = len(words) - 1
    while first > 1 and words[first - 1].lower() in _PARTICLES:
        first -= 1
    surname, given = words[first:], words[:first]
    if surname[-1].endswith(".") or len(surname[-1]) < 2 or given[0] in _PARTICLES:
        return None
    capitals = not surname[-1].isupper() and any(
        len(word) > 2 and word.isupper() for word in given if word.isalpha()
    )
    if capitals or any(map(_NEVER_GIVEN.fullmatch, given)):  # ZHANG Wei: the surname stands first
        return None
    if _PARTICLES_OR_NAMES & {*words[1:-1]} or any(word.endswith("-") for word in words):
        return None
    return ", ".join([" ".join(surname), " ".join(given), *suffix])
