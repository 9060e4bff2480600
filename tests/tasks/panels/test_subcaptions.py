"""Captions cut at their own markers."""

from __future__ import annotations

from tasks.panels.subcaptions import split_caption


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


def test_markers_that_stand_together_share_their_text() -> None:
    ranged = split_caption("(a)–(c) Control. (d) Treated.", ["a", "b", "c", "d"])
    assert ranged == {"a": "Control.", "b": "Control.", "c": "Control.", "d": "Treated."}
    both = split_caption("(a) and (b) Control. (c), (d) Treated.", ["a", "b", "c", "d"])
    assert both == {"a": "Control.", "b": "Control.", "c": "Treated.", "d": "Treated."}


def test_sides_are_markers_too() -> None:
    parts = split_caption("Knee. Left: lateral view. Right: frontal view.", ["left", "right"])
    assert "lateral" in parts["left"]
    assert "frontal" in parts["right"]


def test_the_stops_of_a_part_are_kept() -> None:
    after = split_caption("Effects: (A) dose; (B) time. Scale bar: 5 µm.", ["A", "B"])
    assert after == {"A": "Effects: dose; Scale bar: 5 µm.", "B": "Effects: time. Scale bar: 5 µm."}
    before = split_caption("Spectra of the extract (a), of water (b).", ["a", "b"])
    assert before == {"a": "Spectra of the extract", "b": "of water."}


def test_numbers_do_not_fall_back_on_each_other() -> None:
    parts = split_caption("(i) Before. (ii) After.", ["i", "ii", "iii"])
    assert parts == {"i": "Before.", "ii": "After."}


def test_a_caption_of_a_megabyte_is_cut_in_linear_time() -> None:
    caption = "Cells. (A) Control of (A) and of (B). " * 27_000
    assert split_caption(caption, ["A", "B"]).keys() == {"A", "B"}


def test_a_label_that_the_caption_does_not_name_gets_nothing() -> None:
    assert split_caption("(A) Control. (B) Treated.", ["A", "C"]).keys() == {"A"}
    assert split_caption("Initial radiographs of the right knee.", ["A", "B"]) == {}


def test_small_and_capital_letters_are_the_same_unless_both_are_printed() -> None:
    assert "Control" in split_caption("(A) Control. (B) Treated.", ["a", "b"])["a"]
    assert split_caption("(A) Control. (B) Treated.", ["A", "a"]).keys() == {"A"}
