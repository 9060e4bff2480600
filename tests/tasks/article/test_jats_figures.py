"""Figures of JATS articles, wherever their parts stand."""

import time
from xml.etree.ElementTree import Element

import pytest
from defusedxml.ElementTree import fromstring
from hypothesis import given
from hypothesis import strategies as st

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


PARTS = "".join(
    f'<fig><label>{letter}</label><caption><p>Part {letter}.</p></caption><graphic href="{letter}1"/></fig>'
    for letter in "AB"
)
CAPTION = "<caption><p>Both.</p></caption>"
WORDS = "<label>Figure 1</label><caption><p>Words.</p></caption>"


@pytest.mark.parametrize(
    "group",
    [
        f"<fig-group><caption><title>Figure 5. Both.</title></caption>{PARTS}</fig-group>",
        f"<fig-group><label>Figure 5</label>{CAPTION}<fig-group>{PARTS}</fig-group></fig-group>",
        f"<fig><label>Figure 5</label>{CAPTION}<fig-group>{PARTS}</fig-group></fig>",
    ],
)
def test_parts_are_one_figure_wherever_its_label_and_its_group_stand(group: str) -> None:
    (figure,) = figures_of(group)
    assert (parse_label(figure.label or ""), figure.caption) == (
        ("Figure 5", ""),
        "Both. (A) Part A. (B) Part B.",
    )
    assert (figure.graphics, figure.letters) == (("A1", "B1"), ("A", "B"))


@pytest.mark.parametrize("part", ["Figure 5A", "Fig. 5 (A)", "Panel A"])
def test_a_part_may_be_labelled_with_figure_and_letter(part: str) -> None:
    (figure,) = figures_of(
        f'<fig-group><label>Figure 5</label><fig><label>{part}</label><graphic href="a"/></fig></fig-group>'
    )
    assert (figure.label, figure.graphics, figure.letters) == ("Figure 5", ("a",), ("A",))


@pytest.mark.parametrize("other", ["Figure 12", "Figure 1—figure supplement 1", "Figure 1"])
def test_what_is_labelled_as_another_figure_is_no_part(other: str) -> None:
    inner = f'<fig><label>{other}</label><graphic href="b"/></fig>'
    assert [f.label for f in figures_of(f"<fig-group><label>Figure 1</label>{inner}</fig-group>")] == [other]


def test_figures_in_a_figure_keep_their_own_ids_and_descriptions() -> None:
    inner = (
        '<fig id="f2"><label>Figure 2</label><graphic href="b"><alt-text>Two mice</alt-text></graphic></fig>'
    )
    found = figures_of(f'<fig id="f1"><label>Figure 1</label><graphic href="a"/>{inner}</fig>')
    assert [(f.ids, f.alt_text) for f in found] == [(("f1",), None), (("f2",), "Two mice")]


@pytest.mark.parametrize(
    ("language", "caption"), [("en", "Words."), ("pt-BR", "Palavras."), ("fr", "Palavras.")]
)
def test_a_group_of_one_figure_in_two_languages_is_one_figure(language: str, caption: str) -> None:
    pt = '<fig xml:lang="pt" id="p"><label>Figura 1</label><caption><p>Palavras.</p></caption><graphic href="a"/></fig>'
    en = f'<fig xml:lang="en" id="e">{WORDS}</fig>'
    body = f'<article xml:lang="{language}"><body><fig-group id="g">{pt}{en}</fig-group></body></article>'
    (figure,) = find_figures(fromstring(body))
    assert (figure.caption, figure.graphics, set(figure.ids)) == (caption, ("a",), {"g", "p", "e"})


def test_a_figure_in_the_supplement_is_one_that_the_article_does_not_print() -> None:
    fig = '<fig><label>S1 Fig</label><caption><p>Words.</p></caption><graphic href="a"/></fig>'
    (figure,) = figures_of(f"<sec><supplementary-material>{fig}</supplementary-material></sec>")
    assert (figure.label, figure.caption, figure.graphics, figure.supplementary) == (
        "S1 Fig",
        "Words.",
        ("a",),
        True,
    )
    (figure,) = figures_of(f'<supplementary-material>{WORDS}<graphic href="a"/></supplementary-material>')
    assert (figure.label, figure.graphics, figure.supplementary) == ("Figure 1", ("a",), True)


@pytest.mark.parametrize(
    "inside",
    [
        '<label>Additional file 1</label><graphic href="a"/>',
        '<label>Figure S1</label><media mimetype="application" href="s.pdf"/>',
        '<caption><p>Words.</p></caption><graphic href="a"/><p>Figure 1. Words.</p>',
        '<fig><graphic href="a"/></fig>',
    ],
)
@pytest.mark.parametrize("tag", ["supplementary-material", "table-wrap", "bio"])
def test_other_files_portraits_and_pictures_of_tables_are_no_figures(tag: str, inside: str) -> None:
    assert figures_of(f"<{tag}>{inside}</{tag}>") == []


def test_a_labelled_figure_in_the_cell_of_a_table_is_one() -> None:
    cell = f'<td><fig>{WORDS}<graphic href="a"/></fig></td>'
    (figure,) = figures_of(f"<table-wrap><label>Table 1</label><table><tr>{cell}</tr></table></table-wrap>")
    assert (figure.label, figure.graphics, figure.supplementary) == ("Figure 1", ("a",), False)


def test_a_box_is_a_figure_where_it_has_the_label_of_one_and_a_graphic() -> None:
    (figure,) = figures_of(f'<boxed-text>{WORDS}<graphic href="a"/></boxed-text>')
    assert (figure.label, figure.caption, figure.graphics) == ("Figure 1", "Words.", ("a",))
    assert figures_of(f"<boxed-text>{WORDS}<p>No graphic.</p></boxed-text>") == []
    fig = '<fig><label>Figure 2</label><graphic href="a"/></fig>'
    for label in ("Figure 1", "Box 1"):
        assert [
            f.label for f in figures_of(f"<boxed-text><label>{label}</label><p>{fig}</p></boxed-text>")
        ] == ["Figure 2"]


def test_an_image_among_media_is_a_figure_by_its_label() -> None:
    (figure,) = figures_of(f'<media mimetype="image" href="a">{WORDS}</media>')
    assert (figure.label, figure.caption, figure.graphics) == ("Figure 1", "Words.", ("a",))
    assert figures_of(f'<media mimetype="video" href="a">{WORDS}</media>') == []


def test_a_caption_with_bold_label_in_the_paragraph_after_the_graphic() -> None:
    (figure,) = figures_of('<p><graphic href="a"/></p><p><bold>Figure 1</bold> (A) Cells.</p>')
    assert (figure.label, figure.caption) == ("Figure 1", "(A) Cells.")
    assert figures_of('<p><graphic href="a"/></p><p><bold>Figure 1</bold> also tells of it.</p>') == []


def test_words_beside_the_graphic_are_the_caption_where_there_is_none() -> None:
    (figure,) = figures_of('<fig><label>Figure 1</label><graphic href="a"/><p>Words.</p></fig>')
    assert (figure.label, figure.caption) == ("Figure 1", "Words.")
    (figure,) = figures_of('<fig><graphic href="a"/>Fig. 1. Words.</fig>')
    assert (figure.label, figure.caption) == ("Figure 1", "Words.")
    letters = '<fig><label>Figure 1</label><p>(A)</p><graphic href="a"/></fig>'
    assert figures_of(letters)[0].caption == ""
    assert figures_of(f"{letters}<p>Figure 1. Words.</p>")[0].caption == "Words."


def test_descriptions_of_formulas_and_files_are_not_the_figures() -> None:
    formula = "<inline-formula><inline-graphic><alt-text>An equation here</alt-text></inline-graphic></inline-formula>"
    data = "<supplementary-material><attrib>Another</attrib></supplementary-material>"
    (figure,) = figures_of(
        f"<fig><label>Figure 1</label><caption><p>At {formula}.</p><p>{data}</p></caption>"
        '<graphic href="a"><alt-text>Cells in a dish</alt-text></graphic></fig>'
    )
    assert (figure.alt_text, figure.permissions) == ("Cells in a dish", ())


def test_a_doi_written_as_an_address_is_the_doi() -> None:
    doi = '<object-id pub-id-type="doi">https://doi.org/10.1/x.f1</object-id>'
    assert figures_of(f"<fig>{doi}{WORDS}</fig>")[0].doi == "10.1/x.f1"


def test_a_graphical_abstract_in_two_languages_is_one_figure() -> None:
    fig = '<fig><graphic href="a"/></fig>'
    front = f"<abstract><p>{fig}</p></abstract><trans-abstract><p>{fig}</p></trans-abstract>"
    found = find_figures(
        fromstring(f"<article><front><article-meta>{front}</article-meta></front></article>")
    )
    assert [figure.graphics for figure in found] == [("a",)]


TAGS = [
    "fig",
    "fig-group",
    "graphic",
    "media",
    "alternatives",
    "label",
    "caption",
    "title",
    "p",
    "bold",
    "boxed-text",
    "supplementary-material",
    "table-wrap",
    "disp-formula",
    "chem-struct-wrap",
    "inline-graphic",
    "alt-text",
    "legend",
    "bio",
    "permissions",
]
TEXTS = ["", " ", "Figure 1", "Fig. 2. Words", "Figure 1A", "A", "(b)", "shows it", "Box 1", "."]
ATTRIBUTES = [
    {},
    {"href": "a.jpg"},
    {"href": "a.tif", "id": "f1"},
    {"mimetype": "image", "href": "b"},
    {"xml:lang": "en"},
    {"xml:lang": "pt"},
]


def element(tag: str, text: str, attributes: dict[str, str], children: list[Element], tail: str) -> Element:
    made = Element(tag, attributes)
    made.text, made.tail = text, tail
    made.extend(children)
    return made


def elements(children: st.SearchStrategy[list[Element]]) -> st.SearchStrategy[Element]:
    tags, texts = st.sampled_from(TAGS), st.sampled_from(TEXTS)
    return st.builds(element, tags, texts, st.sampled_from(ATTRIBUTES), children, texts)


TREES = st.recursive(
    elements(st.just([])), lambda inner: elements(st.lists(inner, max_size=4)), max_leaves=20
)


@given(st.lists(TREES, max_size=5))
def test_whatever_stands_in_whatever_figures_have_words_and_files_that_are_there(
    trees: list[Element],
) -> None:
    article = element("article", "", {}, [element("body", "", {}, trees, "")], "")
    named = {found.get("href") for found in article.iter()}
    for figure in find_figures(article):
        assert figure.label or figure.graphics
        assert named.issuperset(figure.graphics)
        assert len(figure.letters) == len(figure.graphics)
        assert figure.label != ""


@pytest.mark.parametrize(
    ("start", "inside", "end"),
    [
        ("<boxed-text><label>Figure 1</label>", "<p>x</p>" * 100_000, "</boxed-text>"),
        ("<fig-group><sec>", f"<caption><p>{'word ' * 100_000}</p></caption>", "</sec></fig-group>"),
    ],
    ids=["boxes", "groups"],
)
def test_what_stands_in_one_another_without_end_is_read_once(start: str, inside: str, end: str) -> None:
    body = start * 150 + inside + end * 150
    article = fromstring(f"<article><body>{body}</body></article>")
    begun = time.process_time()
    assert list(find_figures(article)) == []
    assert time.process_time() - begun < 5  # read anew at each level, it took half a minute
