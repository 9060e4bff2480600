"""Which layers a PDF shows: what MuPDF does not reckon is settled before anything is read.

Content names a layer (an OCG) or a membership in several (an OCMD, ISO 32000-2, 8.11.2.2). Of these MuPDF knows neither
expressions nor two of the four policies, and shows layers that no reader of the paper sees.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import pymupdf
from pymupdf import mupdf

MOST_OBJECTS = 500_000
"""Objects of a file that are looked through for memberships, some 5 s."""

MOST_TERMS = 10_000
"""Parts of an expression that are reckoned; a longer one shows, as any does that makes no sense or names no layer."""

_TERM = re.compile(r"\[|\]|/\w+|(\d+)\s+\d+\s+R")


def settle_layers(document: pymupdf.Document) -> None:
    """Put what each membership in layers comes to, by the state in which the file opens, in its place."""
    if document.xref_get_key(document.pdf_catalog(), "OCProperties")[0] == "null":
        return
    states = _states(document)
    if not states:
        return
    for xref in range(1, min(document.xref_length(), MOST_OBJECTS)):
        if document.xref_get_key(xref, "Type")[1] == "/OCMD":
            document.update_object(xref, _settled(_shows(document, xref, states), states))


def is_hidden(document: pymupdf.Document, xref: int) -> bool:
    """Whether a layer or a settled membership is not seen on a screen when the file opens."""
    file = mupdf.pdf_document_from_fz_document(document.this)
    layer = mupdf.pdf_new_indirect(file, xref, 0)
    return bool(mupdf.pdf_is_ocg_hidden(file, mupdf.PdfResourceStack(), "View", layer))


def _states(document: pymupdf.Document) -> dict[int, bool]:
    """Whether each layer shows; PyMuPDF's own account calls all of them on."""
    return {xref: not is_hidden(document, xref) for xref in document.get_ocgs()}


def _settled(shown: bool, states: Mapping[int, bool]) -> str:
    """A membership that MuPDF reads as `shown` says."""
    if shown:
        return "<</Type/OCMD>>"
    one, state = next(iter(states.items()))
    return f"<</Type/OCMD/OCGs[{one} 0 R]/P/{'AllOff' if state else 'AnyOn'}>>"


def _shows(document: pymupdf.Document, xref: int, states: Mapping[int, bool]) -> bool:
    """Whether content of a membership shows: by its expression, else by its layers and policy."""
    expression = list(_terms(document, xref, "VE"))
    if expression:
        known = all(term in states for term in expression if isinstance(term, int))
        return not known or _holds(expression, states)
    layers = [
        states[term] for term in _terms(document, xref, "OCGs") if isinstance(term, int) and term in states
    ]
    if not layers:
        return True
    policies = {"/AllOn": all(layers), "/AnyOff": not all(layers), "/AllOff": not any(layers)}
    return policies.get(document.xref_get_key(xref, "P")[1], any(layers))


def _terms(document: pymupdf.Document, xref: int, key: str) -> Iterator[int | str]:
    """The brackets, names and references of a key, in order; an array that is an object of its own is followed once."""
    kind, value = document.xref_get_key(xref, key)
    if kind == "xref":
        text = document.xref_object(int(value.split()[0]), True)
        value = text if text.startswith("[") else value
    for found in _TERM.finditer(value):
        yield int(found[1]) if found[1] else found[0]


def _holds(terms: list[int | str], states: Mapping[int, bool]) -> bool:
    """An expression in prefix form, `[/And 1 0 R [/Not 2 0 R]]`, without recursion; True where it makes no sense."""
    open_terms: list[tuple[str, list[bool]]] = [("", [])]
    for term in terms[:MOST_TERMS]:
        name, values = open_terms[-1]
        if term == "[":
            open_terms.append(("", []))
        elif isinstance(term, int):
            values.append(states[term])
        elif term == "]" and len(open_terms) > 1:
            open_terms.pop()
            open_terms[-1][1].append(_joined(name, values))
        elif isinstance(term, str):
            open_terms[-1] = (term, values)
    outermost = open_terms[0][1]
    return len(open_terms) > 1 or len(terms) > MOST_TERMS or not outermost or outermost[0]


def _joined(name: str, values: list[bool]) -> bool:
    if not values:
        return True
    return {"/And": all(values), "/Or": any(values), "/Not": not values[0]}.get(name, True)
