"""The running text of a JATS, its sections, and its links to figures."""

from defusedxml.ElementTree import fromstring

from tasks.article.jats_passages import read_passages
from tasks.article.mentions import Passage, citing_sentences

LABELS = {"f1": "Figure 1", "f2": "Figure 2", "f3": "Figure 3"}


def passages(body: str, parts: str = "") -> list[Passage]:
    return list(read_passages(fromstring(f"<article><body>{body}</body>{parts}</article>"), LABELS))


def test_paragraphs_come_with_the_title_of_their_section() -> None:
    body = (
        "<p>First.</p><sec><title>Results</title><p>Second.</p><sec><title>Growth</title><p>Third.</p></sec>"
        "<p>Fourth.</p></sec>"
    )
    found = passages(body, "<back><app-group><app><title>More</title><p>Fifth.</p></app></app-group></back>")
    assert [(one.section, one.text) for one in found] == [
        (None, "First."),
        ("Results", "Second."),
        ("Growth", "Third."),
        ("Results", "Fourth."),
        ("More", "Fifth."),
    ]


def test_captions_tables_references_and_replies_are_no_running_text() -> None:
    fig = "<fig><label>Fig. 1</label><caption><p>See Fig. 2.</p></caption></fig>"
    table = "<table-wrap><caption><p>See Fig. 3.</p></caption></table-wrap>"
    found = passages(
        f"<p>Before {fig}after.</p>{fig}{table}",
        "<back><ref-list><ref><p>Fig. 9.</p></ref></ref-list></back>"
        "<sub-article><body><p>Fig. 1</p></body></sub-article>",
    )
    assert [one.text for one in found] == ["Before after."]


def test_links_ranges_and_letters_behind_links_are_resolved() -> None:
    body = (
        '<p>Cells grew (Fig. <xref ref-type="fig" rid="f1">1</xref>a, b). All are in Figs. '
        '<xref ref-type="fig" rid="f1">1</xref>–<xref ref-type="fig" rid="f3">3</xref>. '
        '<xref ref-type="fig" rid="f2">The plot</xref> tells. None <xref ref-type="bibr" rid="f2">2</xref> here.</p>'
    )
    found = citing_sentences(passages(body))
    assert [dict(one.panels) for one in found] == [
        {"figure 1": {"a", "b"}},
        {"figure 1": set(), "figure 2": set(), "figure 3": set()},
        {"figure 2": set()},
    ]
    assert found[0].mention.text == "Cells grew (Fig. 1a, b)."


def test_lists_are_text_and_marks_of_the_papers_own_cost_the_links_alone() -> None:
    (one,) = passages(
        '<list><list-item><p>Odd \ue000 mark, <xref ref-type="fig" rid="f1">Fig. 1</xref>.</p></list-item></list>'
    )
    assert (one.text, one.links) == ("Odd mark, Fig. 1.", ())


def test_a_paragraph_nested_without_end_costs_itself_alone() -> None:
    deep = f"<p>{'<b>' * 50_000}Fig. 1{'</b>' * 50_000}</p><p>See Fig. 2.</p>"
    assert [one.text for one in passages(deep)] == ["", "See Fig. 2."]
