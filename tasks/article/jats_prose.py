"""The words of a JATS element as they are printed: lists with their letters, breaks as spaces, formulas as text."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from xml.etree.ElementTree import Element

from tasks.wording.words import clean

_BLOCKS = frozenset(
    (
        "attrib",
        "break",
        "caption",
        "def",
        "def-item",
        "def-list",
        "disp-formula",
        "disp-quote",
        "list",
        "list-item",
        "p",
        "sec",
        "td",
        "term",
        "th",
        "title",
    )
)
"""Elements that stand apart from the words around them."""
_UNPRINTED = frozenset(
    ("alt-text", "annotation", "annotation-xml", "index-term", "long-desc", "object-id", "tex-math")
)
"""What is no printed text, or another form of what stands beside it."""
_PICTURES = frozenset(("graphic", "inline-graphic", "media", "inline-media"))
"""Forms of a formula that have no words."""
_NUMERALS = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii")
_MARKED = re.compile(r"^\W{0,2}(?:[A-Za-z]|[ivx]{1,5}|\d{1,2})\W")
"""How an item begins that brings its own letter or number."""

_TEX_BODY = re.compile(r"\\begin\s*\{document\}(.*?)\\end\s*\{document\}", re.DOTALL)
_TEX_FONT = re.compile(
    r"\\(?:math|text|oper)?(?:rm|it|bf|sf|tt|cal|bb|frak|normal|atorname|text)\b\s*"
    r"|\\(?:left|right|big|displaystyle|limits)\b|\\[,;:! ]"
)
_TEX_BRACES = re.compile(r"\{\{([^{}]*)\}\}")
_TEX_FRACTION = re.compile(r"\\[dt]?frac\s*\{([^{}]*)\}\s*\{([^{}]*)\}")
_TEX_COMMAND = re.compile(r"\\([A-Za-z]+)(\s?)")
_TEX_NAMES = (
    "alpha beta gamma delta epsilon varepsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau upsilon phi "
    "varphi chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma Phi Psi Omega times pm mp cdot leq le geq ge neq approx "
    "sim infty rightarrow to leftarrow circ degree prime partial sum int sqrt ldots dots in ell AA"
)
_TEX_SIGNS = "αβγδεεζηθικλμνξπρστυφφχψωΓΔΘΛΞΠΣΦΨΩ×±∓·≤≤≥≥≠≈∼∞→→←°°′∂∑∫√……∈ℓÅ"
_TEX_LETTERS = dict(zip(_TEX_NAMES.split(), _TEX_SIGNS, strict=True))


def prose(element: Element, without: Collection[str] = ()) -> str:
    """The text of an element as one paragraph; elements of the tags `without` in it are left out."""
    return clean("".join(_pieces(element, without)))


def _pieces(element: Element, without: Collection[str] = ()) -> Iterator[str]:
    yield "√" if element.tag == "msqrt" else ""
    yield element.text or ""
    has_text = any(child.tag not in _UNPRINTED and child.tag not in _PICTURES for child in element)
    items = 0
    for child in _forms(element):
        apart = " " if child.tag in _BLOCKS else ""
        yield apart
        if child.tag == "tex-math" and not has_text:
            yield _plain_tex("".join(child.itertext()))
        elif child.tag == "list-item":
            yield _item(element, child, items)
            items += 1
        elif child.tag not in _UNPRINTED and child.tag not in without:
            yield from _pieces(child, without)
        yield apart
        if element.tag == "mfrac":
            yield "/" if child is element[0] else ""
        else:
            yield child.tail or ""


def _forms(element: Element) -> Iterable[Element]:
    """The children of an element; of alternatives, which are all the same, the first that has words."""
    if element.tag != "alternatives":
        return element
    worded = (c for c in element if c.tag not in _UNPRINTED and c.tag not in _PICTURES and _has_words(c))
    first = next(worded, None)
    return element if first is None else [first]


def _has_words(element: Element) -> bool:
    return any(text.strip() for text in element.itertext())


def _item(parent: Element, item: Element, count: int) -> str:
    """An item of a list behind its letter or number, which the type of the list or its own label gives."""
    label = item.find("label")
    given = "".join(label.itertext()).strip() if label is not None else ""
    words = clean("".join(piece for child in item if child is not label for piece in (*_pieces(child), " ")))
    mark = given or ("" if _MARKED.match(words) else _mark(parent.get("list-type", ""), count))
    return f"({mark}) {words}" if mark.isalnum() else f"{mark} {words}"


def _mark(kind: str, count: int) -> str:
    if kind.startswith("roman") and count < len(_NUMERALS):
        return _NUMERALS[count].upper() if kind.endswith("upper") else _NUMERALS[count]
    if kind.startswith("alpha") and count < 26:
        return chr(ord("A" if kind.endswith("upper") else "a") + count)
    return str(count + 1) if kind == "order" else ""


def _plain_tex(source: str) -> str:
    """TeX as text as far as that goes: Greek letters, signs, no braces; what is unknown keeps its name."""
    body = _TEX_BODY.search(source)
    text = _TEX_BRACES.sub(r"{\1}", _TEX_FONT.sub("", (body[1] if body else source).replace("$", "")))
    text = _TEX_FRACTION.sub(r"\1/\2", text)
    text = _TEX_COMMAND.sub(lambda command: _TEX_LETTERS.get(command[1], command[1]) + command[2], text)
    return re.sub(r"[{}\\^_]", "", text)
