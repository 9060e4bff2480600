"""Figures of JATS articles, wherever their parts stand."""

import pytest
from defusedxml.ElementTree import fromstring

from tasks.article.jats_figures import JatsFigure, find_figures
from tasks.wording.labels import parse_label


def figures_of(body: str) -> list[JatsFigure]:
    return list(find_figures(fromstring(f"<article><body>{body}</body></article>")))


def test_a_graphic_within_a_paragraph_of_the_figure() -> None:
    (figure,) = figures_of(
        '<fig><label>Figure 2</label><caption><p>Words.</p></caption><p><graphic href="a"/></p></fig>'
    )
    assert (figure.label, figure.caption, figure.graphics) == ("Figure 2", "Words.", ("a",))


def test_a_caption_within_the_graphic() -> None:
    (figure,) = figures_of(
        '<fig><label>Fig. 2</label><graphic href="a"><caption><p>Words.</p></caption></graphic></fig>'
    )
    assert (figure.caption, figure.graphics) == ("Words.", ("a",))


@pytest.mark.parametrize(
    "inside",
    [
        "<caption>Figure 2. Words.</caption>",
        "<caption><label>Figure 2</label><p>Words.</p></caption>",
        "<label>Fig. 2</label><caption><title>Figure 2. Words.</title></caption>",
    ],
)
def test_a_label_that_the_caption_begins_with(inside: str) -> None:
    (figure,) = figures_of(f'<fig>{inside}<graphic href="a"/></fig>')
    assert (parse_label(figure.label or ""), figure.caption) == (("Figure 2", ""), "Words.")


def test_a_caption_that_begins_with_another_figure_keeps_its_words() -> None:
    (figure,) = figures_of(
        '<fig><label>Figure 2</label><caption><p>Figure 1. Again.</p></caption><graphic href="a"/></fig>'
    )
    assert (figure.label, figure.caption) == ("Figure 2", "Figure 1. Again.")


def test_a_caption_in_the_paragraph_after_the_figure() -> None:
    (figure,) = figures_of(
        '<fig><label>Figure 2</label><graphic href="a"/></fig><p><bold>Figure 2.</bold> Words.</p>'
    )
    assert (figure.label, figure.caption) == ("Figure 2", "Words.")


def test_a_graphic_in_a_paragraph_with_its_caption_in_the_next() -> None:
    (figure,) = figures_of('<sec><p><graphic href="a"/></p><p>Fig. 3: Words.</p></sec>')
    assert (figure.label, figure.caption, figure.graphics) == ("Figure 3", "Words.", ("a",))


def test_a_graphic_with_a_label_of_its_own() -> None:
    (figure,) = figures_of(
        '<p><graphic href="a"><label>Figure 1</label><caption><p>Words.</p></caption></graphic></p>'
    )
    assert (figure.label, figure.caption, figure.graphics) == ("Figure 1", "Words.", ("a",))


@pytest.mark.parametrize("tag", ["chem-struct-wrap", "chem-struct-wrapper"])
def test_a_labelled_scheme_is_a_figure_and_a_numbered_structure_is_none(tag: str) -> None:
    (figure,) = figures_of(
        f"<p>See <{tag}><label>Scheme 1</label><caption><p>Words.</p></caption>"
        f'<chem-struct><graphic href="a"/></chem-struct></{tag}></p>'
    )
    assert (figure.label, figure.caption, figure.graphics) == ("Scheme 1", "Words.", ("a",))
    assert figures_of(f'<{tag}><label>(3)</label><graphic href="a"/></{tag}>') == []


def test_figures_in_figures_are_their_parts() -> None:
    (figure,) = figures_of(
        '<fig id="f"><label>Figure 1</label><caption><p>Both.</p></caption>'
        '<fig id="fa"><label>(a)</label><caption><p>One.</p></caption><graphic href="a"/></fig>'
        '<fig id="fb"><label>(b)</label><graphic href="b"/></fig></fig>'
    )
    assert (figure.label, figure.caption) == ("Figure 1", "Both. (a) One. (b)")
    assert (figure.graphics, figure.letters) == (("a", "b"), ("a", "b"))


def test_figures_in_a_figure_that_have_labels_of_their_own_stand_behind_it() -> None:
    inner = '<fig><label>Figure 2</label><graphic href="b"/></fig><fig><label>Figure 3</label></fig>'
    found = figures_of(f'<fig><label>Figure 1</label><graphic href="a"/>{inner}</fig>')
    assert [(f.label, f.graphics) for f in found] == [
        ("Figure 1", ("a",)),
        ("Figure 2", ("b",)),
        ("Figure 3", ()),
    ]


def test_figures_that_an_old_article_keeps_behind_its_text() -> None:
    fig = '<fig><label>Figure 1</label><graphic href="a"/></fig>'
    found = find_figures(fromstring(f"<article><body/><floats-wrap>{fig}</floats-wrap></article>"))
    assert [figure.label for figure in found] == ["Figure 1"]


def test_the_stop_behind_a_label_is_no_word_of_the_caption() -> None:
    (figure,) = figures_of(
        '<fig><label>Figure 1</label><caption><p>. Words.</p></caption><graphic href="a"/></fig>'
    )
    assert figure.caption == "Words."


def test_graphics_of_formulas_and_of_prose_are_no_figures() -> None:
    assert (
        figures_of('<disp-formula><graphic href="a"/></disp-formula><p><graphic href="b"/> and words</p>')
        == []
    )
    assert figures_of('<p><graphic href="a"/></p><p>Figure 3 shows the same.</p>') == []


def test_a_group_of_lettered_parts_is_one_figure() -> None:
    parts = "".join(
        f'<fig><label>({letter})</label><caption><p>Part {letter}.</p></caption><graphic href="{letter}1"/></fig>'
        for letter in "ab"
    )
    (figure,) = figures_of(
        f"<fig-group><label>Figure 5</label><caption><p>Both.</p></caption>{parts}</fig-group>"
    )
    assert (figure.label, figure.caption) == ("Figure 5", "Both. (a) Part a. (b) Part b.")
    assert (figure.graphics, figure.letters) == (("a1", "b1"), ("a", "b"))


def test_a_group_of_labelled_figures_is_as_many() -> None:
    parts = "".join(f'<fig><label>Figure {n}</label><graphic href="{n}"/></fig>' for n in (1, 2))
    assert [f.label for f in figures_of(f"<fig-group>{parts}</fig-group>")] == ["Figure 1", "Figure 2"]


def test_a_bare_number_is_a_figures_label() -> None:
    assert figures_of('<fig><label>4.</label><graphic href="a"/></fig>')[0].label == "Figure 4"


@pytest.mark.parametrize("before", ["", '<graphic href=""/>', "<graphic/>"])
def test_of_alternatives_the_first_that_names_a_file_counts(before: str) -> None:
    (figure,) = figures_of(
        f'<fig><label>Fig 1</label><alternatives>{before}<graphic href="a"/><graphic href="b"/></alternatives></fig>'
    )
    assert figure.graphics == ("a",)
