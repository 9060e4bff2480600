"""Metadata from JATS XML, which may be missing, broken or hostile."""

import datetime as dt
from pathlib import Path

import pytest

from tasks.article.jats import ArticleFigure, FigureFacts, JatsError, load_article
from tasks.records import Metadata, Rights
from tasks.settings import MOST_JATS_BYTES

ARTICLE = """<?xml version="1.0"?>
<!DOCTYPE article PUBLIC "-//NLM//DTD JATS (Z39.96) 1.3//EN" "JATS-archivearticle1-3.dtd">
<article xmlns:xlink="http://www.w3.org/1999/xlink"><front>
<journal-meta><journal-title-group><journal-title>Journal of Drawn Papers</journal-title>
</journal-title-group></journal-meta>
<article-meta>
<article-id pub-id-type="pmcid">PMC123</article-id><article-id pub-id-type="doi">10.1000/drawn.1</article-id>
<title-group><article-title>Growth of <italic>E. coli</italic>
 cells</article-title></title-group>
<pub-date pub-type="ppub"><year>2021</year></pub-date>
<pub-date pub-type="epub"><day>5</day><month>11</month><year>2020</year></pub-date>
<permissions><license xlink:href="https://creativecommons.org/licenses/by-nc/4.0/"><p>Open</p></license></permissions>
</article-meta></front><body><fig id="f1"><label>Fig. 1</label><caption><title>Growth.</title>
<p>Rate <inline-formula><alternatives><tex-math>\\alpha</tex-math><mml:math xmlns:mml="m">α</mml:math></alternatives>
</inline-formula> by day.</p></caption><graphic xlink:href="f1"/></fig><fig><caption><p>No label</p></caption></fig>
</body></article>"""


def write(folder: Path, text: str) -> Path:
    path = folder / "paper.xml"
    path.write_text(text, encoding="utf-8")
    return path


def test_metadata_of_an_article(tmp_path: Path) -> None:
    article = load_article(write(tmp_path, ARTICLE))
    assert article.metadata == Metadata(
        pmcid="PMC123",
        doi="10.1000/drawn.1",
        title="Growth of E. coli cells",
        journal="Journal of Drawn Papers",
        license="CC BY-NC 4.0",
        published=dt.date(2020, 11, 5),
        published_precision="day",
    )


def test_figures_with_label_and_caption(tmp_path: Path) -> None:
    article = load_article(write(tmp_path, ARTICLE))
    facts = FigureFacts("f1", rights=Rights(third_party=False))
    assert article.figures == (ArticleFigure("Figure 1", "Growth. Rate α by day.", facts),)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no xml at all",
        "<article><front>",
        "<html><body/></html>",
        '<!DOCTYPE a [<!ENTITY b "xxxxxxxx"><!ENTITY c "&b;&b;&b;">]><article><front>&c;</front></article>',
        '<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]><article><front>&e;</front></article>',
        f"<!DOCTYPE a [<!ENTITY b 'x'><!-- {'<!DOCTYPE a [' * 150_000}",  # no step for each that looks at all behind
    ],
)
def test_what_is_no_jats_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(JatsError):
        load_article(write(tmp_path, text))


def test_elements_in_elements_without_end_are_refused(tmp_path: Path) -> None:
    deep = f"<p>{'<b>' * 100_000}{'</b>' * 100_000}</p>"
    assert load_article(write(tmp_path, ARTICLE.replace("<p>No label</p>", deep))).figures  # not looked into
    with pytest.raises(JatsError, match="nested too deeply"):
        load_article(write(tmp_path, ARTICLE.replace("<title>Growth.</title>", deep)))


def test_a_file_above_the_limit_is_not_read(tmp_path: Path) -> None:
    path = write(tmp_path, ARTICLE)
    with path.open("r+b") as file:
        file.truncate(MOST_JATS_BYTES + 1)
    with pytest.raises(JatsError, match="has more than"):
        load_article(path)


def test_a_translation_does_not_override_the_article(tmp_path: Path) -> None:
    figure = "<fig><label>Figure 1</label><caption><p>{}</p></caption></fig>"
    article = (
        f"<article><front><article-meta/></front><body>{figure.format('English words.')}</body>"
        f"<sub-article><body>{figure.format('Palabras.')}</body></sub-article></article>"
    )
    read = load_article(write(tmp_path, article))
    assert [(figure.label, figure.caption) for figure in read.figures] == [("Figure 1", "English words.")]


def test_jats_in_a_namespace_is_read(tmp_path: Path) -> None:
    article = ARTICLE[ARTICLE.index("<article") :].replace("<article ", '<article xmlns="urn:jats" ', 1)
    text = f"<record><metadata>{article}</metadata></record>"
    read = load_article(write(tmp_path, text))
    assert read.metadata.doi == "10.1000/drawn.1"


def test_an_unknown_encoding_is_no_jats(tmp_path: Path) -> None:
    (tmp_path / "paper.xml").write_bytes(b'<?xml version="1.0" encoding="klingon"?><article/>')
    with pytest.raises(JatsError, match="not well-formed"):
        load_article(tmp_path / "paper.xml")


@pytest.mark.parametrize(
    ("printed", "stored"),
    [
        (ARTICLE, "\n\n  " + ARTICLE),
        (ARTICLE, "\ufeff" + ARTICLE),
        (ARTICLE, ARTICLE.replace(' xmlns:xlink="http://www.w3.org/1999/xlink"', "")),
        (ARTICLE, ARTICLE.replace(' xmlns:mml="m"', "")),
        (ARTICLE, ARTICLE.replace(">α<", ">&alpha;<")),
        (ARTICLE, ARTICLE.replace("Rate", "<tp:taxon tp:rank='x'>Rate</tp:taxon>")),
        (
            ARTICLE,
            ARTICLE.replace(' xmlns:xlink="http://www.w3.org/1999/xlink"', "").replace(
                "</body>", '<p><ext-link xmlns:xlink="x" xlink:href="y"/></p></body>'
            ),
        ),
    ],
)
def test_what_a_dtd_would_have_declared_is_no_fault(tmp_path: Path, printed: str, stored: str) -> None:
    sound = load_article(write(tmp_path, printed))
    mended = load_article(write(tmp_path, stored))
    assert (mended.metadata, mended.figures) == (sound.metadata, sound.figures)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("<article><front>", "is not well-formed"),
        ("<html><body/></html>", "is no JATS article"),
        ("<!DOCTYPE a [<!ENTITY x 'y'>]><article>&x;</article>", "declares entities, which are refused"),
        ("<article>&unheardof;</article>", "is not well-formed"),
    ],
)
def test_what_cannot_be_read_says_why(tmp_path: Path, text: str, reason: str) -> None:
    with pytest.raises(JatsError, match=reason):
        load_article(write(tmp_path, text))


@pytest.mark.parametrize("encoding", ["euc-jp", "utf-7", "idna"])
def test_an_encoding_that_is_not_read_is_said(tmp_path: Path, encoding: str) -> None:
    text = ARTICLE.replace('<?xml version="1.0"?>', f'<?xml version="1.0" encoding="{encoding}"?>')
    with pytest.raises(JatsError, match="not well-formed"):
        load_article(write(tmp_path, text))


def test_a_year_beyond_all_calendars_is_no_date(tmp_path: Path) -> None:
    text = ARTICLE.replace("<year>", "<year>9999999", 1)
    assert load_article(write(tmp_path, text)) is not None


@pytest.mark.parametrize(
    ("inside", "read"),
    [
        ("Cells & mice.", "Cells & mice."),
        ("Cells\x0b of mice.", "Cells of mice."),
        ("Cells&#x1; of mice.", "Cells of mice."),
        ("Cells &amp; mice&#8211;all.", "Cells & mice–all."),
    ],
)
def test_characters_that_no_xml_may_hold_cost_no_article(tmp_path: Path, inside: str, read: str) -> None:
    text = ARTICLE.replace("<title>Growth.</title>", f"<title>{inside}</title>")
    assert inside in text
    assert load_article(write(tmp_path, text)).figures[0].caption.startswith(read)


def test_bytes_of_windows_in_a_file_said_to_be_utf8_are_read(tmp_path: Path) -> None:
    path = tmp_path / "article.xml"
    text = ARTICLE.replace("<title>Growth.</title>", "<title>“Growth”.</title>")
    path.write_bytes(text.encode("cp1252", "xmlcharrefreplace"))
    assert load_article(path).figures[0].caption.startswith("“Growth”.")


def test_a_byte_that_is_no_utf8_leaves_the_letters_around_it_as_they_are(tmp_path: Path) -> None:
    path = tmp_path / "article.xml"
    text = ARTICLE.replace("<title>Growth.</title>", "<title>Müller glia – 5 °C \udcb1 1.</title>")
    path.write_bytes(text.encode(errors="surrogateescape"))
    assert load_article(path).figures[0].caption.startswith("Müller glia – 5 °C ± 1.")


def test_an_encoding_declared_wrongly_is_told_by_the_bytes(tmp_path: Path) -> None:
    text = ARTICLE.replace('<?xml version="1.0"?>', '<?xml version="1.0" encoding="UTF-16"?>')
    assert "UTF-16" in text
    assert load_article(write(tmp_path, text)).figures == load_article(write(tmp_path, ARTICLE)).figures


@pytest.mark.parametrize(
    "subset",
    [
        '<!NOTATION tiff SYSTEM "tiff"> <!ENTITY f1 SYSTEM "f1.tif" NDATA tiff>',
        '<!ENTITY % iso SYSTEM "iso.ent"> %iso;',
        '<!ENTITY unused "words">',
    ],
)
def test_declarations_that_no_word_depends_on_are_left_out(tmp_path: Path, subset: str) -> None:
    text = ARTICLE.replace('1-3.dtd">', f'1-3.dtd" [{subset}]>')
    assert subset in text
    assert load_article(write(tmp_path, text)).figures == load_article(write(tmp_path, ARTICLE)).figures


def test_an_unknown_prefix_and_an_unknown_entity_are_mended_together(tmp_path: Path) -> None:
    text = ARTICLE.replace("<p>No label</p>", "<p><ext-link xlink:href='x'>No&nbsp;label</ext-link></p>")
    text = text.split("?>", 1)[1].split(">", 1)[1] if "<!DOCTYPE" in text else text
    assert load_article(write(tmp_path, text)) is not None


@pytest.mark.parametrize("bytes_of", ["utf-16", "utf-16-be"])
def test_a_file_in_utf16_is_mended_like_any_other(tmp_path: Path, bytes_of: str) -> None:
    text = ARTICLE.replace('"1.0"?>', '"1.0" encoding="UTF-16"?>', 1).replace("Growth.", "Growth&nbsp;here.")
    text = text.replace(' xmlns:xlink="http://www.w3.org/1999/xlink"', "")
    path = tmp_path / "paper.xml"
    path.write_bytes((b"\xfe\xff" if bytes_of == "utf-16-be" else b"") + text.encode(bytes_of))
    assert load_article(path).figures[0].caption == "Growth here. Rate α by day."


@pytest.mark.parametrize(
    "text", ["<!DOCTYPE a [<!ENTITY b 'x'>]><article>&b;</article>", "<article>&b;", "\udc80"]
)
def test_a_file_in_utf16_is_refused_like_any_other(tmp_path: Path, text: str) -> None:
    path = tmp_path / "paper.xml"
    path.write_bytes(text.encode("utf-16", "surrogatepass"))
    with pytest.raises(JatsError):
        load_article(path)


def test_greek_letters_are_known_by_the_names_of_the_dtds(tmp_path: Path) -> None:
    text = ARTICLE.replace("Growth.", "&Dgr;T, &bgr;-actin, &OHgr; and &thgr;.")
    assert load_article(write(tmp_path, text)).figures[0].caption.startswith("ΔT, β-actin, Ω and θ. Rate")
    with pytest.raises(JatsError, match="not well-formed"):
        load_article(write(tmp_path, ARTICLE.replace("Growth.", "&xgrx;")))


def test_an_id_that_two_figures_have_is_the_firsts(tmp_path: Path) -> None:
    link = '<p>They grew (<xref ref-type="fig" rid="f1">see there</xref>).</p>'
    second = '<fig id="f1"><label>Figure 2</label><graphic xlink:href="f2"/></fig>'
    read = load_article(write(tmp_path, ARTICLE.replace("</body>", f"{second}{link}</body>")))
    assert [dict(sentence.panels) for sentence in read.sentences] == [{"figure 1": set()}]


def test_a_supplement_that_numbers_anew_has_figures_of_its_own(tmp_path: Path) -> None:
    fig = "<fig id='s1'><label>Figure 1</label><caption><p>More.</p></caption><graphic xlink:href='s'/></fig>"
    inside = f"<supplementary-material>{fig}</supplementary-material>"
    link = '<p>They grew (<xref ref-type="fig" rid="s1">see there</xref>).</p>'
    read = load_article(write(tmp_path, ARTICLE.replace("</body>", f"{inside}{link}</body>")))
    assert read.figures[0].label == "Figure 1"
    assert read.figures[-1].label == "Supplementary Figure 1"
    assert read.artworks[-1].label == "Supplementary Figure 1"
    assert [dict(sentence.panels) for sentence in read.sentences] == [{"supplementary figure 1": set()}]
