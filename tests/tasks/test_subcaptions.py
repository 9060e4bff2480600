"""Captions cut at their own markers."""

from __future__ import annotations

import pytest

from tasks.subcaptions import expected_labels, split_caption


@pytest.mark.parametrize(
    ("caption", "labels"),
    [
        ("(A) Control. (B) Treated. (C) Merge.", ("A", "B", "C")),
        ("Larva (A,D), pupa (B,E) and adult (C,F).", ("A", "B", "C", "D", "E", "F")),
        ("Fistula. (a) Tract. (b–d) After surgery.", ("a", "b", "c", "d")),
        ("Rats. A: Normal control; B: Toxic control; C: Gel.", ("A", "B", "C")),
        ("Best reduction. A, first group; B, second group", ("A", "B")),
        ("Mechanism. a) The synthase uses it, whereas b) the cyclase does not.", ("a", "b")),
        ("a ISSR profile of genotypes and b RAPD profile of genotypes", ("a", "b")),
        ("Panel (Ai) shows green, panel (Aii) shows red. (B) Ratio.", ("Ai", "Aii", "B")),
        ("Cells. (A) Nuclei ((a) control; (b) treated). (B) Counts.", ("A", "B", "a", "b")),
        ("Diallyl sulfide (1), methyl allyl disulfide (2).", ()),
        ("A map of hepatitis B in Europe.", ()),
        ("A flow chart of the study.", ()),
        ("", ()),
    ],
)
def test_labels_that_a_caption_names(caption: str, labels: tuple[str, ...]) -> None:
    assert expected_labels(caption) == labels


def test_text_follows_its_marker_and_common_text_is_kept() -> None:
    caption = "Liver of mice. (A) Control. (B) Treated, compared with (A). Scale bar: 20 µm."
    parts = split_caption(caption, ["A", "B"])
    assert parts["A"].startswith("Liver of mice. Control")
    assert "Treated" not in parts["A"]
    assert "Treated, compared with (A)" in parts["B"]
    assert all("Scale bar: 20 µm." in text for text in parts.values())


def test_text_before_its_marker() -> None:
    parts = split_caption(
        "FTIR spectra of extract (a), quercetin in water (b), particles (c).", ["a", "b", "c"]
    )
    assert parts["b"] == "quercetin in water"
    assert parts["c"].startswith("particles")


def test_ranges_and_repeats() -> None:
    parts = split_caption("(a–c) Control. (d) Treated. (b) Arrow: nucleus.", ["a", "b", "c", "d"])
    assert parts["a"] == "Control."
    assert "Arrow: nucleus" in parts["b"]
    assert "Control" in parts["b"]
    assert parts["d"] == "Treated."


def test_sides_are_markers_too() -> None:
    parts = split_caption("Knee. Left: lateral view. Right: frontal view.", ["left", "right"])
    assert "lateral" in parts["left"]
    assert "frontal" in parts["right"]


def test_a_label_that_the_caption_does_not_name_gets_nothing() -> None:
    assert split_caption("(A) Control. (B) Treated.", ["A", "C"]).keys() == {"A"}
    assert split_caption("Initial radiographs of the right knee.", ["A", "B"]) == {}


def test_small_and_capital_letters_are_the_same_unless_both_are_printed() -> None:
    assert "Control" in split_caption("(A) Control. (B) Treated.", ["a", "b"])["a"]
    assert split_caption("(A) Control. (B) Treated.", ["A", "a"]).keys() == {"A"}
