"""Layers show as a reader of the paper sees them when it opens."""

import re
from collections.abc import Callable
from pathlib import Path

import pymupdf
import pytest

from tasks.pdf.documents import open_pdf
from tasks.pdf.mending.layers import MOST_TERMS

MEMBER = "<</Type/OCMD"


def is_shown(
    folder: Path,
    membership: str,
    state: str = "/ON[1]/OFF[2]",
    elsewhere: Callable[[pymupdf.Document, str], str] | None = None,
    usage: str = "",
) -> bool:
    """Whether what belongs to a membership is seen; 1 stands for a layer that is on, 2 for one that is off."""
    document = pymupdf.open()
    page = document.new_page(width=100, height=100)
    layers = [document.get_new_xref(), document.get_new_xref()]
    for layer in layers:
        document.update_object(layer, f"<</Type/OCG/Name(layer){usage}>>")

    def named(text: str) -> str:
        return "".join(f"{layers[int(letter) - 1]} 0 R" if letter in "12" else letter for letter in text)

    properties = f"<</OCGs{named('[1 2]')}/D<<{named(state)}>>>>"
    document.xref_set_key(document.pdf_catalog(), "OCProperties", properties)
    member, content = document.get_new_xref(), document.get_new_xref()
    said = named(membership)
    if elsewhere:
        said = re.sub(r"\[.*\]", lambda found: elsewhere(document, found[0]), said)
    document.update_object(member, said)
    document.update_object(content, "<<>>")
    document.update_stream(content, b"/OC /M BDC 0 0 0 rg 0 0 100 100 re f EMC", new=True)
    document.xref_set_key(page.xref, "Resources", f"<</Properties<</M {member} 0 R>>>>")
    document.xref_set_key(page.xref, "Contents", f"{content} 0 R")
    document.save(folder / "layers.pdf")
    with open_pdf(folder / "layers.pdf") as opened:
        return bool(opened[0].get_pixmap().pixel(50, 50)[0] < 128)


@pytest.mark.parametrize(
    ("membership", "expected"),
    [
        ("/OCGs 1", True),
        ("/OCGs 2", False),
        ("/OCGs[1 2]", True),
        ("/OCGs[2 2]", False),
        ("/OCGs[1 2]/P/AnyOn", True),
        ("/OCGs[1 2]/P/AllOn", False),
        ("/OCGs[1 1]/P/AllOn", True),
        ("/OCGs 2/P/AllOn", False),
        ("/OCGs[1 2]/P/AnyOff", True),
        ("/OCGs[1]/P/AnyOff", False),
        ("/OCGs[1 2]/P/AllOff", False),
        ("/OCGs[2]/P/AllOff", True),
        ("/OCGs[]", True),
        ("", True),
    ],
)
def test_a_membership_shows_by_its_policy(tmp_path: Path, membership: str, expected: bool) -> None:
    assert is_shown(tmp_path, f"{MEMBER}{membership}>>") == expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("[/Not 1]", False),
        ("[/Not 2]", True),
        ("[/And 1 2]", False),
        ("[/Or 1 2]", True),
        ("[/And 1[/Not 2]]", True),
        ("[/Not[/Or[/And 1 2]1]]", False),
        ("[/Nonsense 2]", True),
        ("[/Not]", True),
        ("[/Not 99 0 R]", True),
        ("[/And 99 0 R[/Not 1]]", True),
        ("[]", True),
    ],
)
def test_an_expression_counts_more_than_a_policy(tmp_path: Path, expression: str, expected: bool) -> None:
    other = "2" if expected else "1"
    assert is_shown(tmp_path, f"{MEMBER}/OCGs {other}/VE{expression}>>") == expected


def test_a_layer_that_is_for_printing_is_off(tmp_path: Path) -> None:
    usage = "/Usage<</View<</ViewState/OFF>>/Print<</PrintState/ON>>>>"
    viewed = "/ON[1 2]/AS[<</Event/View/OCGs[1 2]/Category[/View]>>]"
    assert not is_shown(tmp_path, f"{MEMBER}/OCGs[1 2]/P/AllOn>>", viewed, usage=usage)
    assert is_shown(tmp_path, f"{MEMBER}/VE[/Not 1]>>", viewed, usage=usage)


def test_layers_that_are_listed_elsewhere_count(tmp_path: Path) -> None:
    def listed(document: pymupdf.Document, layers: str) -> str:
        array = document.get_new_xref()
        document.update_object(array, layers)
        return f" {array} 0 R"

    assert not is_shown(tmp_path, f"{MEMBER}/OCGs[1 2]/P/AllOn>>", elsewhere=listed)
    assert is_shown(tmp_path, f"{MEMBER}/OCGs[1 1]/P/AllOn>>", elsewhere=listed)


def test_an_expression_of_any_depth_is_read(tmp_path: Path) -> None:
    assert is_shown(tmp_path, f"{MEMBER}/VE{'[/Not ' * 200}1{']' * 200}>>")
    assert not is_shown(tmp_path, f"{MEMBER}/VE{'[/Not ' * 201}1{']' * 201}>>")


def test_layers_that_are_off_unless_said_otherwise(tmp_path: Path) -> None:
    assert not is_shown(tmp_path, f"{MEMBER}/OCGs[1 2]/P/AllOn>>", "/BaseState/OFF/ON[1]")
    assert is_shown(tmp_path, f"{MEMBER}/OCGs[1 2]/P/AllOn>>", "/BaseState/OFF/ON[1 2]")


def test_an_expression_that_is_too_long_shows(tmp_path: Path) -> None:
    assert not is_shown(tmp_path, f"{MEMBER}/VE[/Or{' 2' * (MOST_TERMS - 3)}]>>")
    assert is_shown(tmp_path, f"{MEMBER}/VE[/Or{' 2' * (MOST_TERMS - 2)}]>>")
