"""Sentences that cite a figure go to the panels that they name, else to all of them."""

import pytest

from tasks.article.mentions import LONGEST, MOST, Passage, citing_sentences, mentions_by_panel
from tasks.records import Mention


def texts(label: str, panels: list[str | None], *said: str) -> list[list[str]]:
    sentences = citing_sentences([Passage("Results", " ".join(said))])
    found = mentions_by_panel(label, panels, sentences)
    assert {mention.section for mentions in found for mention in mentions} <= {"Results"}
    return [[mention.text for mention in mentions] for mentions in found]


WHOLE, ONE, TWO, OTHER = (
    "Cells are shown in Figure 2.",
    "They grew (Fig. 2B).",
    "They died (Figs. 2A–C).",
    "See Fig. 3A.",
)


def test_a_panel_has_what_names_it_and_what_names_none() -> None:
    assert texts("Figure 2", ["A", "b", "D"], WHOLE, ONE, TWO, OTHER) == [
        [WHOLE, TWO],
        [WHOLE, ONE, TWO],
        [WHOLE],
    ]


def test_a_sentence_that_cites_the_whole_and_a_panel_goes_to_all() -> None:
    both = "Figure 2 shows cells, in panel B (Fig. 2B) large ones."
    assert texts("Figure 2", ["A", "B"], both) == [[both], [both]]


def test_where_no_panel_bears_the_letter_those_without_one_are_meant() -> None:
    assert texts("Figure 2", [None], ONE) == [[ONE]]
    assert texts("Figure 2", ["A", None], ONE) == [[], [ONE]]
    assert texts("Figure 2", ["A", "C"], ONE) == [[], []]


def test_a_figure_of_several_numbers_is_cited_by_each() -> None:
    said = ["See Figure 1.", "See Fig. 3.", "See Fig. 5."]
    assert texts("Figure 1–4", [None], *said) == [said[:2]]


@pytest.mark.parametrize("words", ["Supplementary", "Extended Data"])
def test_supplementary_figures_of_several_numbers_are_cited_as_such_alone(words: str) -> None:
    said = [f"See {words} Fig. 1.", f"Others are in {words} Figure 3.", "See Fig. 2.", f"See {words} Fig. 4."]
    assert texts(f"{words} Figure 1–3", [None], *said) == [said[:2]]
    assert texts("Figure 1–3", [None], *said) == [said[2:3]]


def test_a_number_before_the_labels_word_is_none_of_its_figures() -> None:
    assert texts("Appendix 1—figure 2–3", [None], "See Fig. 1.", "See Figs. 2 and 3.") == [[]]


def test_figures_of_letters_and_numbers_are_cited_by_each() -> None:
    said = ["See Fig. S1.", "See Fig. S3.", "See Fig. 2."]
    assert texts("Supplementary Figure S1–S3", [None], *said) == [said[:2]]
    assert texts("Figure 1, 3 & 4", [None], "See Fig. 1.", *said) == [["See Fig. 1."]]


def test_supplementary_figures_are_not_those_of_the_article() -> None:
    said = ["See Supplementary Fig. 1.", "See Fig. S1."]
    assert texts("Figure 1", [None], *said) == [[]]
    assert texts("Supplementary Figure S1", [None], *said) == [said[1:]]
    assert texts("Supplementary Figure 1", [None], *said) == [said[:1]]


@pytest.mark.parametrize("label", ["Figure R1", "Figure SM3", "Figure IV", "Figure IV.2", "Figure B"])
def test_figures_are_cited_by_whatever_they_are_numbered_with(label: str) -> None:
    said = f"The cells grew ({label})."
    assert texts(label, [None], said, "Others did not (Figure 4).") == [[said]]


def test_a_link_counts_whatever_its_words_are() -> None:
    sentences = citing_sentences([Passage(None, "The plot beside tells. Others do not.", ((4, "Figure 2"),))])
    assert mentions_by_panel("Figure 2", ["A"], sentences) == [(Mention(None, "The plot beside tells."),)]


def test_what_cannot_be_a_sentence_is_left_out_and_there_is_an_end() -> None:
    assert citing_sentences([Passage(None, f"Fig. 1 {'x' * LONGEST}.")]) == ()
    assert len(citing_sentences([Passage(None, "See Fig. 1. " * (MOST + 9))])) == MOST


def test_a_figure_without_label_has_none() -> None:
    sentences = citing_sentences([Passage(None, WHOLE)])
    assert mentions_by_panel(None, ["A"], sentences) == [()]


@pytest.mark.parametrize("label", ["Figure V", "Figure IV", "Figure B"])
def test_a_passage_without_digits_may_cite_a_figure(label: str) -> None:
    assert texts(label, [None], f"The cells grew ({label}).") == [[f"The cells grew ({label})."]]
