"""Figures of JATS articles, wherever their parts stand."""

from defusedxml.ElementTree import fromstring

from tasks.article.jats_figures import JatsFigure, find_figures


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


def test_of_alternatives_the_first_counts() -> None:
    (figure,) = figures_of(
        '<fig><label>Fig 1</label><alternatives><graphic href="a"/><graphic href="b"/></alternatives></fig>'
    )
    assert figure.graphics == ("a",)
