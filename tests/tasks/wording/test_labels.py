"""One grammar of labels: what is printed, in whatever style or language, comes out in one spelling."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.wording.labels import is_video, label_key, parse_label, read_label, without_note


@pytest.mark.parametrize(
    ("printed", "label"),
    [
        ("Figure 3. Words", "Figure 3"),
        ("FIG. 12: Words", "Figure 12"),
        ("FI G U R E 2 Words", "Figure 2"),
        ("FIGURE\u00a01 | Words", "Figure 1"),
        ("Figure-1: Words", "Figure 1"),
        ("Fig.\u20034 Words", "Figure 4"),
        ("Supplementary Fig. 1. Words", "Supplementary Figure 1"),
        ("Supplemental Figure S2: Words", "Supplementary Figure S2"),
        ("Extended Data Fig. 5 | Words", "Extended Data Figure 5"),
        ("Figure S3. Words", "Figure S3"),
        ("Scheme 2. Words", "Scheme 2"),
        ("Table 1. Words", "Table 1"),
        ("Figura 7. Words", "Figure 7"),
        ("Figure 2A. Words", "Figure 2A"),
        ("Figure 1—figure supplement 2. Words", "Figure 1—figure supplement 2"),
        ("Fig. S4 Words", "Figure S4"),
        ("eFigure 2. Words", "eFigure 2"),
        ("eTable 1. Words", "eTable 1"),
        ("Abb. 3: Words", "Figure 3"),
        ("Рис. 2. Words", "Figure 2"),
        ("Figures 5–7. Words", "Figure 5–7"),
        ("FIGURES 21–24 Words", "Figure 21–24"),
        ("Figs 3 and 4. Words", "Figure 3 and 4"),
        ("Figs. 7, 8 & 9: Words", "Figure 7, 8 & 9"),
        ("Fig. 2-1. Words", "Figure 2–1"),
        ("Figure S2.3. Words", "Figure S2.3"),
        ("Fig. S23 Words", "Figure S23"),
        ("Figure EV4. Words", "Figure EV4"),
        ("S3 Fig. Words", "Figure S3"),
        ("S4 Table. Words", "Table S4"),
        ("Appendix 2—figure 3. Words", "Appendix 2—figure 3"),
        ("Appendix Figure S3. Words", "Appendix Figure S3"),
        ("Box 1—figure 2. Words", "Box 1—figure 2"),
        ("Additional file 4: Figure S2. Words", "Additional file 4: Figure S2"),
        ("Additional file 1. Supplementary Figure S2. Words", "Additional file 1: Figure S2"),
        ("Additional files 1: Figure S2. Words", "Additional file 1: Figure S2"),
        ("Online Resource 1. Fig. 3. Words", "Online Resource 1: Figure 3"),
        ("Supplementary Material, Figure S3. Words", "Supplementary Figure S3"),
        ("Supplementary Material – Figure S3. Words", "Supplementary Figure S3"),
        ("Supplemental Digital Content 1, Figure S3. Words", "Supplementary Figure S3"),
        ("Supplementary Appendix Figure S3. Words", "Supplementary Figure S3"),
        ("Data Supplement Figure S3. Words", "Supplementary Figure S3"),
        ("Supplement 1: Figure S3. Words", "Supplementary Figure S3"),
        ("Fig· 2. Words", "Figure 2"),
        ("Extended Data Figure 2. Words", "Extended Data Figure 2"),
        ("SI Appendix, Fig. S3. Words", "Supplementary Figure S3"),
        ("(Fig. 8) Words", "Figure 8"),
        ("Figure No. 3: Words", "Figure 3"),
        ("Plate 4. Words", "Plate 4"),
        ("Graph 2: Words", "Graph 2"),
        ("Photo 3. Words", "Photo 3"),
        ("图3 Words", "Figure 3"),
        ("图 4： Words", "Figure 4"),
        ("図5 Words", "Figure 5"),
        ("그림 6. Words", "Figure 6"),
        ("3. ábra. Words", "Figure 3"),
        ("Rys. 2. Words", "Figure 2"),
        ("Şekil 1: Words", "Figure 1"),
        ("Hình 7. Words", "Figure 7"),
        ("Tabelle 2. Words", "Table 2"),
        ("Figs. 1 to 4 Words", "Figure 1 to 4"),
        ("FIGURES 7-9. Words", "Figure 7–9"),
        ("Figs. 10a–c. Words", "Figure 10a–c"),
        ("Fig. A.1. Words", "Figure A.1"),
        ("Fig. S. 1. Words", "Figure S1"),
        ("Figure S-4. Words", "Figure S4"),
        ("Figure SI-2. Words", "Figure SI2"),
        ("Figure ESM1. Words", "Figure ESM1"),
        ("ED Fig. 2 | Words", "Extended Data Figure 2"),
        ("Web Figure 1. Words", "Web Figure 1"),
        ("Text-fig. 4. Words", "Figure 4"),
        ("Fig. l. Words", "Figure 1"),
        ("FIG, 3. Words", "Figure 3"),
        ("Fig . 4 . Words", "Figure 4"),
        ("F ig. 6. Words", "Figure 6"),
        ("[Fig. 9] Words", "Figure 9"),
        ("Fig. № 7. Words", "Figure 7"),
        ("Fig. n. 7. Words", "Figure 7"),
        ("Map 2. Words", "Map 2"),
        ("Video 1. Words", "Video 1"),
        ("Exhibit 2. Words", "Exhibit 2"),
        ("Gráfico 1. Words", "Graph 1"),
        ("Imagen 2. Words", "Image 2"),
        ("Esquema 3. Words", "Scheme 3"),
        ("Карта 1. Words", "Map 1"),
        ("第2図 Words", "Figure 2"),
        ("附图2 Words", "Supplementary Figure 2"),
        ("扩展数据图 3 Words", "Extended Data Figure 3"),
        ("2. attēls. Words", "Figure 2"),
        ("3 pav. Words", "Figure 3"),
        ("Figure 3 (continued). Words", "Figure 3"),
        ("Figure 3, continued. Words", "Figure 3"),
        ("Fig. 3 cont'd. Words", "Figure 3"),
        ("Figure 2-13 Words", "Figure 2–13"),
        ("Figure IV.2. Words", "Figure IV.2"),
        ("Figure A-II. Words", "Figure A-II"),
        ("Figure B. Words", "Figure B"),
        ("Table C. Words", "Table C"),
        ("Abb. A: Words", "Figure A"),
        ("图三(续) Words", "Figure 3"),
        ("Figure R1. Words", "Figure R1"),
        ("Fig. SM3. Words", "Figure SM3"),
        ("Figure (3): Words", "Figure 3"),
        ("Fig. [4] Words", "Figure 4"),
        ("Figure: 5. Words", "Figure 5"),
        ("Fig.: 6 Words", "Figure 6"),
        ("<Figure 7> Words", "Figure 7"),
        ("〈그림 8〉 Words", "Figure 8"),
        ("Online Supplementary Fig. 2. Words", "Supplementary Figure 2"),
        ("SuppFig 3. Words", "Supplementary Figure 3"),
        ("sFigure 4. Words", "Supplementary Figure 4"),
        ("ESM Fig. 5 Words", "ESM Figure 5"),
        ("Extended Fig. 6. Words", "Extended Data Figure 6"),
        ("Web-Figure 7. Words", "Web Figure 7"),
        ("Annex Figure 8. Words", "Annex Figure 8"),
        ("Infographic 1. Words", "Infographic 1"),
        ("図１ Words", "Figure 1"),
        ("شکل ۲۳. Words", "Figure 23"),
        ("Fig．２ Words", "Figure 2"),
        ("图三 Words", "Figure 3"),
        ("图二十 Words", "Figure 20"),
        ("图二十三 Words", "Figure 23"),
        ("写真1 Words", "Photo 1"),
        ("Resim 1. Words", "Image 1"),
        ("1. kép: Words", "Image 1"),
        ("Joonis 2. Words", "Figure 2"),
        ("1. att. Words", "Figure 1"),
        ("Kuvio 3. Words", "Figure 3"),
        ("Сурет 1. Words", "Figure 1"),
        ("2-сурет. Words", "Figure 2"),
        ("Sl. 4. Words", "Figure 4"),
        ("Նկ. 5. Words", "Figure 5"),
        ("Obr. č. 6: Words", "Figure 6"),
        ("Figura N.º 7. Words", "Figure 7"),
        ("Graf 8: Words", "Graph 8"),
        ("Cuadro 2. Words", "Table 2"),
        ("Legend to Figure 3: Words", "Figure 3"),
        ("Figure legend 4. Words", "Figure 4"),
    ],
)
def test_labels_as_printed_come_out_normalised(printed: str, label: str) -> None:
    assert parse_label(printed) == (label, "Words")


@pytest.mark.parametrize(
    "text",
    [
        "Figures show that",
        "Figment 2. Words",
        "Fig leaves",
        "In Figure 2 we",
        "Scheme",
        "Fig. of the year 2",
        "SL 1",
        "PL 2 cells",
        "Figure A shows",
        "Figure A",
        "Box B",
        "Photo: A. Smith",
        "Photo: I. Smith",
        "Figure E. coli",
        "Image C. Jones",
        "Figure legends 23",
        "сл 5 дней",
        "图一般 Words",
        "Supplement 1 Figure 2 shows the growth",
    ],
)
def test_other_words_are_no_labels(text: str) -> None:
    assert parse_label(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "Fig. 3), and the",
        "Figure 2; so do",
        "(Fig. 8). We then",
        "(Figure 3E) and more",
        "(Fig. 4 and",
        "Figure 5, which",
        "Figure 4A and in the supplement",
        "Figure (3) and the",
    ],
)
def test_a_label_within_a_sentence_refers(text: str) -> None:
    label = read_label(text)
    assert label is not None
    assert label.refers


@pytest.mark.parametrize("text", ["Figure 3 shows cells", "Fig. 2 is the mean", "Figure 4 and 5 show"])
def test_a_verb_after_a_label_tells_of_it(text: str) -> None:
    label = read_label(text)
    assert label is not None
    assert label.tells
    assert not label.separated


def test_a_range_without_plural_or_separator_is_the_first_number() -> None:
    assert parse_label("Fig. 1, 2 days after the start") == ("Figure 1", ", 2 days after the start")


@pytest.mark.parametrize(
    ("text", "continued"),
    [
        ("Figure 2. (Continued). (C) Mice", True),
        ("Figure 2 continued", True),
        ("Figure 2 continued to grow", False),
    ],
)
def test_continued_is_told_from_the_verb(text: str, continued: bool) -> None:
    label = read_label(text)
    assert label is not None
    assert label.continued == continued


def test_labels_of_supplements_match_between_pdf_and_xml() -> None:
    assert label_key("Supplementary Figure S2") == label_key("Figure S2")
    assert label_key("Additional file 1: Figure S2") == label_key("Figure S2")
    assert label_key("Additional file 1: Figure 2") != label_key("Figure 2")
    assert label_key("Supplementary Figure 2") != label_key("Figure 2")


@pytest.mark.parametrize(("words", "number"), [("Appendix", "A1"), ("Extended Data", "ED2"), ("Web", "W3")])
def test_words_that_the_number_repeats_do_not_keep_a_citation_from_its_figure(
    words: str, number: str
) -> None:
    assert label_key(f"{words} Figure {number}") == label_key(f"Figure {number}")
    assert label_key(f"{words} Figure S1") != label_key("Figure S1")
    assert label_key(f"{words} Figure 1") != label_key("Figure 1")


def test_the_dot_of_an_appendix_does_not_keep_pdf_and_xml_apart() -> None:
    assert label_key("Figure A.1") == label_key("Figure A1")
    assert label_key("Figure S1.2") != label_key("Figure S12")


@pytest.mark.parametrize(("name", "still"), [("Video 1", True), ("Movie S2", True), ("Figure 1", False)])
def test_what_moves_is_told_by_its_label(name: str, still: bool) -> None:
    assert is_video(name) == still


@given(st.text(max_size=80))
def test_any_text_is_parsed_without_error(text: str) -> None:
    parsed = parse_label(text)
    assert parsed is None or (parsed[0] and isinstance(parsed[1], str))


@given(st.text("Figure fig.sS1234567890 –-,&()", max_size=60))
def test_what_looks_like_labels_is_parsed_without_error(text: str) -> None:
    parsed = parse_label(text)
    assert parsed is None or (parsed[0] and isinstance(parsed[1], str))


@pytest.mark.parametrize(
    "note",
    [
        "See next page for caption.",
        "(legend on next page)",
        "(Legend continued on next page)",
        "(Caption on the following page.)",
        "(Continued from previous page.)",
        "(on facing page)",
        "LEGEND ON NEXT PAGE",
        "Figure legend on opposite page.",
    ],
)
def test_a_note_of_where_the_legend_stands_is_no_word_of_it(note: str) -> None:
    assert without_note(note) == ("", True)
    assert without_note(f"Growth. {note}") == ("Growth.", True)


@pytest.mark.parametrize("text", ["A page of the album.", "The next page shows it.", "Read on the next page"])
def test_other_words_about_pages_stay(text: str) -> None:
    assert without_note(text) == (text, False)


def test_a_long_dash_behind_a_label_sets_a_number_apart() -> None:
    assert parse_label("Figure 2—24 h after the dose") == ("Figure 2", "24 h after the dose")
    assert parse_label("Figure 2-24 Words") == ("Figure 2–24", "Words")
