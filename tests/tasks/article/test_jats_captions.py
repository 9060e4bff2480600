"""Labels and captions of JATS figures, whichever of their words are marked as what."""

import time

import pytest
from defusedxml.ElementTree import fromstring
from hypothesis import given
from hypothesis import strategies as st

from tasks.article.jats_captions import begins_with_label, words_of
from tasks.wording.labels import parse_label


def read(inside: str, language: str = "en") -> tuple[str | None, str]:
    label, caption = words_of(fromstring(f"<fig>{inside}</fig>"), language)
    found = parse_label(label or "")
    return found[0] if found else label, caption


@pytest.mark.parametrize(
    ("inside", "caption"),
    [
        ("<title>Figure 1</title><p>Words.</p>", "Words."),
        ("<title>Figure 1</title><p>shown in words.</p>", "shown in words."),
        ("<title>Figure 1</title><p>(A) Words.</p>", "(A) Words."),
        ("<title>Figure 1</title>", ""),
        ("<title>Fig. 1:</title><p>Words.</p>", "Words."),
        ("<title>Figure 1. Words of it.</title><p>More.</p>", "Words of it. More."),
        ("<p><bold>Figure 1</bold> (A) Words.</p>", "(A) Words."),
        ("<p><bold>Figure 1</bold>. Words.</p>", "Words."),
        ("<p><bold>Figure 1.</bold> <italic>E. coli</italic> cells.</p>", "E. coli cells."),
        ("<p><sc>Figure 1</sc> words of it.</p>", "words of it."),
        ("<title><bold>F I G U R E 1</bold></title><p>5 words.</p>", "5 words."),
        ("<title/><p><target/><bold><italic>Figure 1</italic></bold> (A) Words.</p>", "(A) Words."),
        ("\n <p>\n  <bold>Figure 1</bold>\n  (A) Words.\n </p>\n", "(A) Words."),
        ("<p><bold>图1</bold> 细胞</p>", "细胞"),
        ("Figure 1. Words.", "Words."),
    ],
)
@pytest.mark.parametrize("label", ["", "<label/>", "<label>Fig. 1.</label>", "<label>1</label>"])
def test_a_label_that_the_caption_begins_with_is_no_word_of_it(label: str, inside: str, caption: str) -> None:
    assert read(f"{label}<caption>{inside}</caption>") == ("Figure 1", caption)


@given(st.sampled_from(["title", "p"]), st.text(st.characters(categories=("L", "N", "P", "Zs")), max_size=30))
def test_a_paragraph_of_the_label_alone_is_as_good_as_its_element(tag: str, words: str) -> None:
    said = words.replace("&", "").replace("<", "")
    marked = read(f"<label>Figure 1</label><caption><p>x{said}</p></caption>")
    assert read(f"<caption><{tag}>Figure 1</{tag}><p>x{said}</p></caption>") == marked


@pytest.mark.parametrize(
    "inside",
    [
        "<p>Figure 1 shows the same.</p>",
        "<p><bold>Figure 1</bold> shows the same.</p>",
        "<p><bold>Figure 1</bold> and others.</p>",
        "<p><xref>Figure 1</xref> (A) again.</p>",
    ],
)
def test_a_reference_is_no_label(inside: str) -> None:
    label, caption = read(f"<caption>{inside}</caption>")
    assert label is None
    assert caption.startswith("Figure 1 ")


def test_a_caption_keeps_the_label_of_another_figure() -> None:
    caption = "<caption><p><bold>Figure 1</bold> again.</p></caption>"
    assert read(f"<label>Figure 2</label>{caption}") == ("Figure 2", "Figure 1 again.")


@pytest.mark.parametrize(
    ("label", "caption"),
    [
        ("Figure 1. Growth of cells.", "Growth of cells. (A) Mice."),
        ("Figure 1 Growth of cells", "Growth of cells (A) Mice."),
        ("Figure 1<xref>*</xref>", "(A) Mice."),
        ("Figure 1 (continued)", "(A) Mice."),
        ("Fig.&#160;1&#8239;.", "(A) Mice."),
    ],
)
def test_a_title_behind_the_label_is_the_captions(label: str, caption: str) -> None:
    assert read(f"<label>{label}</label><caption><p>(A) Mice.</p></caption>") == ("Figure 1", caption)


def test_a_title_in_label_and_caption_stands_once() -> None:
    inside = "<label>Figure 1. Growth.</label><caption><p>Growth. (A) Mice.</p></caption>"
    assert read(inside) == ("Figure 1", "Growth. (A) Mice.")


CAPTIONS = '<caption xml:lang="de"><p>Worte.</p></caption><caption xml:lang="en-GB"><p>Words.</p></caption>'


@pytest.mark.parametrize(("language", "caption"), [("en-US", "Words."), ("de", "Worte."), ("fr", "Worte.")])
def test_of_captions_in_several_languages_the_articles_counts(language: str, caption: str) -> None:
    assert read(f"<label>Figure 1</label>{CAPTIONS}", language) == ("Figure 1", caption)


@pytest.mark.parametrize(("language", "caption"), [("pt", "Palavras."), ("en", "Palavras. Words.")])
def test_of_paragraphs_marked_as_another_language_none_counts(language: str, caption: str) -> None:
    inside = '<label>Figura 1</label><caption><p>Palavras.</p><p xml:lang="en">Words.</p></caption>'
    assert read(inside, language) == ("Figure 1", caption)


def test_a_paragraph_of_an_empty_language_is_in_the_articles() -> None:
    inside = '<label>Figure 1</label><caption><p>Some.</p><p xml:lang="">Words.</p></caption>'
    assert read(inside) == ("Figure 1", "Some. Words.")
    assert read('<caption><p xml:lang="en">Fig. 1. Words.</p></caption>', "pt") == ("Figure 1", "Words.")


def test_the_label_of_a_graphic_is_the_figures_and_that_of_a_panel_is_not() -> None:
    graphic = "<graphic><label>{}</label><caption><p>Words.</p></caption></graphic>"
    assert read(graphic.format("Figure 1")) == ("Figure 1", "Words.")
    assert read(graphic.format("A")) == (None, "Words.")


def test_captions_of_no_language_and_legends_are_one_caption() -> None:
    inside = "<caption/><caption><title>Title.</title></caption><legend><p>(A) Cells.</p></legend>"
    assert read(f"<label>Figure 1</label>{inside}") == ("Figure 1", "Title. (A) Cells.")


def test_files_in_a_caption_keep_their_words() -> None:
    data = "<supplementary-material><label>Data 1</label><caption><p>Rows.</p></caption></supplementary-material>"
    inside = f"<label>Figure 1</label><caption><p>Words.</p><p>{data}</p></caption>"
    assert read(inside) == ("Figure 1", "Words.")


def test_whether_a_caption_begins_with_a_label_is_told_without_reading_it() -> None:
    deep = f"<fig><caption><p>{'<b>' * 50_000}Figure 1. Words{'</b>' * 50_000}</p></caption></fig>"
    assert begins_with_label(fromstring(deep))
    assert not begins_with_label(fromstring("<fig><caption><p>Words.</p></caption></fig>"))


def test_a_long_caption_within_many_marks_takes_no_time() -> None:
    hostile = fromstring(f"<fig><caption>{'<b>' * 500}{'x ' * 500_000}{'</b>' * 500}</caption></fig>")
    start = time.process_time()
    assert words_of(hostile, "en")[0] is None
    assert time.process_time() - start < 5  # each mark read anew, it took minutes
