"""The markers by which captions name their panels."""

from __future__ import annotations

import pytest

from tasks.panels.markers import expected_labels, find_markers, find_sides, named


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
        ("Cells: (A, B, and C) control; (D) treated.", ("A", "B", "C", "D")),
        ("Knee of a child. (i) Before. (ii) After. (iii) A year later.", ("i", "ii", "iii")),
        ("(a)–(d) Radiographs. (e) A later one.", ("a", "b", "c", "d", "e")),
        ("Cells (A) to (C) and their counts (D).", ("A", "B", "C", "D")),
        ("(a through c) Cells. (d) Counts.", ("a", "b", "c", "d")),
        ("a)–c) Cells. d) Counts.", ("a", "b", "c", "d")),
        ("(a)–(c", ()),
        ("(A1)–(A3) Cells. (B) Counts.", ("A1", "A2", "A3", "B")),
        ("Cells (A1 to A3) and counts (B1, B3).", ("A1", "A2", "A3", "B1", "B3")),
        ("(A1–3) Cells of mice. (B1, 2) Of rats.", ("A1", "A2", "A3", "B1", "B2")),
        ("a1–3, cells of mice; b1–2, of rats.", ("a1", "a2", "a3", "b1", "b2")),
        ("Cells (A, 3 mice) and counts (B, 5).", ()),
        ("(Ai)–(Aiv) Cells. (B) Counts.", ("Ai", "Aii", "Aiii", "Aiv", "B")),
        ("(A)–(C1) Cells.", ("A", "B", "C1")),
        ("(i)–(iii) Before. (iv) After.", ("i", "ii", "iii", "iv")),
        ("Cells. (i-iii) Before. (iv) to (vi) After.", ("i", "ii", "iii", "iv", "v", "vi")),
        ("(i) and (ii) Before. (iii) After.", ("i", "ii", "iii")),
        ("(1)–(3) Cortex. (4) Medulla.", ("1", "2", "3", "4")),
        ("(i)–(iii) Before. (v) After.", ()),
        ("(iii)–(i) Before. (iv) After.", ()),
        ("Adapted from others. (1, 2) Cells. (3) Counts.", ()),
        ("Reagents: (i)–(iii) NaOH; (iv) TFA.", ()),
        ("(a)–(h) Cells. (i) to (k) Counts.", ("a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k")),
        ("(A) Cells. (B) Steps (i)–(v) of it.", ("A", "B")),
        ("(1) Cortex. (2) Medulla.", ("1", "2")),
        ("(2) Cortex. (3) Medulla.", ()),
        ("Treated with (i) saline, (ii) drug.", ()),
        ("Diallyl sulfide (1), methyl allyl disulfide (2).", ()),
        ("Odds of non-adherence (A: forgetfulness B: fear of harm C: distance).", ("A", "B", "C")),
        ("Synthesis of 4. Reagents and conditions: (a) NaOH, MeOH; (b) TFA.", ()),
        ("Synthesis of 4. Reaction conditions: a) NaOH, MeOH; b) TFA.", ()),
        ("Exposure under three conditions: (a) dark; (b) light.", ("a", "b")),
        ("(A) Route. (B) Yields. Reagents: (a) NaOH; (b) TFA.", ("A", "B")),
        ("Synthesis of 4. Reagents and conditions: (i) NaOH; (ii) TFA.", ()),
        ("(A) Route. Reagents: (i) NaOH; (ii) TFA. (B) Binding. (C) Blot.", ("A", "B", "C")),
        ("(A) Route. Reagents: (a) NaOH; (b) TFA. (B) Binding.", ("A", "B")),
        ("(A) Structure of the reagents: (B) yields. (C) Cells.", ("A", "B", "C")),
        ("Effect of reaction conditions: (a) pH, (b) time.", ("a", "b")),
        ("(A) The reagents and conditions of (B) were kept in (C).", ("A", "B", "C")),
        ("Means with different letters (a, b, c) differ.", ()),
        ("A tree of passerines. a, b and c refer to nodes discussed in the text.", ()),
        ("(A) and (B) refer to day 1, (C) to day 2.", ("A", "B", "C")),
        ("A map of hepatitis B in Europe.", ()),
        ("Weights of group A: 3 mice, and group B: 4 mice.", ()),
        ("Patient A: a man of 40. Scans of patient B: a woman.", ()),
        ("Distances of genes, panel A: b-tub vs. EF-1a; panel B: rDNA", ("A", "B")),
        ("Liver of mice A: young B: old", ("A", "B")),
        ("A flow chart of the study.", ()),
        ("", ()),
    ],
)
def test_labels_that_a_caption_names(caption: str, labels: tuple[str, ...]) -> None:
    assert expected_labels(caption) == labels


def test_only_at_a_sentences_start_are_two_beside_each_other_one() -> None:
    assert [one.labels for one in find_markers("(a) and (b) Cells. (c), (d) Counts.")] == [
        ("a", "b"),
        ("c", "d"),
    ]
    assert [one.labels for one in find_markers("(a)–(c), (a) Cells. (d) Counts.")] == [
        ("a", "b", "c"),
        ("d",),
    ]
    assert [one.labels for one in find_markers("(a) x. (b) y. Ratio of (a) to (b). (c) z.")] == [
        ("a",),
        ("b",),
        ("a",),
        ("b",),
        ("c",),
    ]
    assert [one.labels for one in find_markers("(a, b, c) x. The distance from (a) to (c).")] == [
        ("a", "b", "c"),
        ("a",),
        ("c",),
    ]
    assert [one.labels for one in find_markers("(a) to (b) Cells. (c) Counts.")] == [("a", "b"), ("c",)]
    assert [one.labels for one in find_markers("Spectra of extract (a) and (b) of water.")] == [
        ("a",),
        ("b",),
    ]


@pytest.mark.parametrize(
    ("caption", "sides"),
    [
        ("Left: control. Right: treated.", {"left", "right"}),
        ("Chest (left) and leg (right).", {"left", "right"}),
        ("Top panel: day 1. Bottom panel: day 2.", {"top", "bottom"}),
        (
            "Upper left: CT. Upper right: MRI. Lower left: PET. Lower right: both.",
            {"top left", "top right", "bottom left", "bottom right"},
        ),
        ("The left lung of a mouse: normal.", set()),
    ],
)
def test_sides_that_a_caption_names(caption: str, sides: set[str]) -> None:
    assert named(find_sides(caption)) == sides


@pytest.mark.parametrize("unit", ["A, ", "(A) x. ", "A,A,", "left, ", "(a) of ", " "])
def test_a_caption_of_a_megabyte_is_searched_in_linear_time(unit: str) -> None:
    expected_labels(unit * (1_000_000 // len(unit)))


def test_two_neighbours_with_to_between_them_are_no_range_within_a_sentence() -> None:
    assert [m.labels for m in find_markers("The rise of signal (a) to (b) of mice. (c) Cells.")] == [
        ("a",),
        ("b",),
        ("c",),
    ]


def test_a_range_over_letters_with_numbers_names_the_letters_between() -> None:
    assert expected_labels("(A1)–(C1) Cells. (D) Mice.") == ("A1", "B", "C1", "D")
