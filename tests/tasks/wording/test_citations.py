"""What a sentence cites, as papers write it; what counts mice or days beside a figure is none of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.wording.citations import find_citations
from tasks.wording.labels import label_key, read_label


def cited(text: str) -> list[str]:
    """`Figure 2:bc` for each citation in turn."""
    found = find_citations(text)
    return [one.label + (f":{''.join(sorted(one.letters))}" if one.letters else "") for one in found]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("grew (Fig. 2).", ["Figure 2"]),
        ("(Figs. 2B,C and 3)", ["Figure 2:bc", "Figure 3"]),
        ("Figure 1–3 show", ["Figure 1", "Figure 2", "Figure 3"]),
        ("in Figures 1, 2 and 3", ["Figure 1", "Figure 2", "Figure 3"]),
        ("Figs. 1 to 3", ["Figure 1", "Figure 2", "Figure 3"]),
        ("(Fig. S2)", ["Figure S2"]),
        ("Figs. S1–S3", ["Figure S1", "Figure S2", "Figure S3"]),
        ("(Supplementary Fig. 1)", ["Supplementary Figure 1"]),
        ("Extended Data Fig. 2a", ["Extended Data Figure 2:a"]),
        ("Fig. 4(a) and (b) show", ["Figure 4:ab"]),
        ("Fig. 3(a,b)", ["Figure 3:ab"]),
        ("Fig. 3 (A and B)", ["Figure 3:ab"]),
        ("Figure 1 A and B).", ["Figure 1:ab"]),
        ("(Fig. 1, A to C)", ["Figure 1:abc"]),
        ("Fig 7(C) and 7(D)", ["Figure 7:c", "Figure 7:d"]),
        ("Figure-1a, b, and c", ["Figure 1:abc"]),
        ("Fig. 2A-2C and 4", ["Figure 2:abc", "Figure 4"]),
        ("Fig. 5a–c,e", ["Figure 5:abce"]),
        ("Fig. 2A (left) and B (right)", ["Figure 2:ab"]),
        ("Fig. 3Aii", ["Figure 3:a"]),
        ("Figure 1b, a typical cell", ["Figure 1:b"]),
        ("Figure 2c, 5 mL and 10 mL of", ["Figure 2:c"]),
        ("Fig. 1, 2 days after", ["Figure 1"]),
        ("Fig. 1 and 12 patients", ["Figure 1"]),
        ("Figure 2A similar", ["Figure 2:a"]),
        ("Figure 1—figure supplement 2", ["Figure 1—figure supplement 2"]),
        ("Scheme 1 and Chart 2", ["Scheme 1", "Chart 2"]),
        ("如图 2所示", ["Figure 2"]),
        ("vgl. Abb. 3", ["Figure 3"]),
        ("Fig. 2 in ref. 12", []),
        ("their Figure 2", []),
        ("Figure 1 of Smith et al. shows", []),
        ("Fig. 1, modified from [32]", ["Figure 1"]),
        ("configuration 3 and Table 2", []),
        ("vidi Sl. 4", ["Figure 4"]),
        ("after GBR 3 and in sample SL 1", []),
        ("(Fig. R1)", ["Figure R1"]),
        ("Figs. R1–R3 and R5", ["Figure R1", "Figure R2", "Figure R3", "Figure R5"]),
        ("Fig. SM3a", ["Figure SM3:a"]),
        ("Figs SI-2 and ESM1", ["Figure SI2", "Figure ESM1"]),
        ("(Fig. s2)", ["Figure S2"]),
        ("Fig. S1.2.3", ["Figure S1.2.3"]),
        ("Figs. S1–3", ["Figure S1", "Figure S2", "Figure S3"]),
        ("Figs. S2A–2C", ["Figure S2:abc"]),
        ("Figure IV.2 and V.1", ["Figure IV.2", "Figure V.1"]),
        ("as in Figure IV.", ["Figure IV"]),
        ("Figure A-II", ["Figure A-II"]),
        ("(Figure B)", ["Figure B"]),
        ("Figs. 1 and B.", ["Figure 1"]),
        ("Figs. S5–3", ["Figure S5", "Figure 3"]),
        ("the figure a) and Figure A typical", []),
        ("Fig. 3, P7 and P14", ["Figure 3"]),
        ("Figs. 1 and T2 relaxation", ["Figure 1"]),
        ("(SI Fig. 3)", ["Supplementary Figure 3"]),
        ("SI Appendix, Fig. S3", ["Supplementary Figure S3"]),
        ("(Supporting Information, Fig. 3)", ["Supplementary Figure 3"]),
        ("as the supplementary data show, Fig. 3 is", ["Figure 3"]),
        ("told in the supplementary material, Fig. 3 is", ["Figure 3"]),
        ("Online Supplementary Fig. 3", ["Supplementary Figure 3"]),
        ("ED Fig. 2a", ["Extended Data Figure 2:a"]),
        ("in the ED, Fig. 2", ["Figure 2"]),
        ("(Supplementary Data 1, Fig. 2)", ["Figure 2"]),
        ("ESM Fig. 5", ["ESM Figure 5"]),
        ("Web Figure 1", ["Web Figure 1"]),
        ("sFig. 3", ["Supplementary Figure 3"]),
        ("Appendix 1—figure 2", ["Appendix 1—figure 2"]),
        ("Appendix Fig. S1", ["Appendix Figure S1"]),
        ("see the Appendix, Fig. 2", ["Figure 2"]),
        ("see Additional file 1: Fig. S2A", ["Additional file 1: Figure S2:a"]),
        (
            "(Additional file 12: Figures 1 and 2)",
            ["Additional file 12: Figure 1", "Additional file 12: Figure 2"],
        ),
        ("in Additional file 1 (Fig. 2)", ["Additional file 1: Figure 2"]),
        ("(see Additional file 1, Fig. 2)", ["Additional file 1: Figure 2"]),
        ("As Additional file 1 tells, Fig. 2 shows", ["Figure 2"]),
        ("(Fig. 1; Additional file 1, Fig. 2)", ["Figure 1", "Additional file 1: Figure 2"]),
        ("(see also Online Resource 2, Fig. 3)", ["Online Resource 2: Figure 3"]),
        ("are in Additional file 1. Figure 2 shows", ["Figure 2"]),
        ("is in the supplementary appendix. Figure 2 shows", ["Figure 2"]),
        ("is in the supplement. Figure 2 shows", ["Figure 2"]),
        ("(Suppl. Fig. 2)", ["Supplementary Figure 2"]),
        ("in Online Resource 1: Fig. 3", ["Online Resource 1: Figure 3"]),
        ("(see Supplementary Material, Fig. 3)", ["Supplementary Figure 3"]),
        ("(Supplemental Digital Content 1, Figure 3)", ["Supplementary Figure 3"]),
    ],
)
def test_citations(text: str, found: list[str]) -> None:
    assert cited(text) == found


@given(st.text(st.sampled_from("FigfiguresABCabc0123456789.,;–-()&  andSto"), max_size=200))
def test_whatever_is_written_costs_no_error(text: str) -> None:
    for one in find_citations(text):
        assert one.label
        assert all(len(letter) == 1 and letter.islower() for letter in one.letters)


def test_a_long_list_takes_no_time() -> None:
    assert len(find_citations("Figs. " + ", ".join(map(str, range(1, 400))))) == 399


@pytest.mark.parametrize(
    "label",
    [
        *("Figure 3", "Figure S2", "Figure A.1", "Figure EV2", "Figure ED1", "Figure SI2", "Figure ESM1"),
        *("Figure R1", "Figure SM3", "Figure SF4", "Figure IV", "Figure IV.2", "Figure A-II", "Figure B"),
        *("Supplementary Figure 1", "Extended Data Figure 2", "Appendix 1—figure 2", "Web Figure 1"),
        *("ESM Figure 5", "Online Figure 2", "eFigure 2", "Scheme 2", "Figure 1—figure supplement 2"),
    ],
)
def test_what_a_caption_is_labelled_a_sentence_can_cite(label: str) -> None:
    caption = read_label(f"{label}. Growth of cells")
    assert caption is not None
    assert caption.name == label
    (cited,) = find_citations(f"The cells grew fast ({label}).")
    assert label_key(cited.label) == label_key(label)
