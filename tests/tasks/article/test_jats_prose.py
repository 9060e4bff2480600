"""The words of JATS elements as they are printed."""

import time

import pytest
from defusedxml.ElementTree import fromstring

from tasks.article.jats_prose import prose


@pytest.mark.parametrize(
    ("xml", "words"),
    [
        ("<p>One<break/>two</p>", "One two"),
        ("<caption><title>Title</title><p>Words.</p><p>More.</p></caption>", "Title Words. More."),
        ("<p>H<sub>2</sub>O and <italic>E. coli</italic></p>", "H2O and E. coli"),
        (
            '<list list-type="alpha-lower"><list-item><p>one</p></list-item><list-item><p>two</p></list-item></list>',
            "(a) one (b) two",
        ),
        (
            '<list list-type="roman-lower"><list-item><p>one</p></list-item><list-item><p>two</p></list-item></list>',
            "(i) one (ii) two",
        ),
        ('<list list-type="order"><list-item><p>one</p></list-item></list>', "(1) one"),
        (
            '<list list-type="bullet"><list-item><p>one</p></list-item><list-item>two</list-item></list>',
            "one",
        ),
        ("<list><list-item><label>A</label><p>one</p></list-item></list>", "(A) one"),
        ("<list><list-item><label>(B)</label><p>two</p></list-item></list>", "(B) two"),
        ('<list list-type="alpha-upper"><list-item><p>(A) one</p></list-item></list>', "(A) one"),
        (
            "<def-list><def-item><term>WT</term><def><p>wild type</p></def></def-item></def-list>",
            "WT wild type",
        ),
        ("<p>at <tex-math>\\beta = 0.1 \\times 10^{3}</tex-math> of</p>", "at β = 0.1 × 103 of"),
        (
            "<p><tex-math>\\documentclass{x}\\begin{document}$\\frac{a}{\\mathrm{b}}$\\end{document}</tex-math></p>",
            "a/b",
        ),
        ("<p><alternatives><math>γ</math><tex-math>\\gamma</tex-math></alternatives></p>", "γ"),
        (
            "<p>of <alternatives><textual-form>5:1</textual-form><math>5:1</math></alternatives> rows</p>",
            "of 5:1 rows",
        ),
        ("<p><inline-formula><math>γ</math><tex-math>\\gamma</tex-math></inline-formula> b</p>", "γ b"),
        ("<p>at <math><mfrac><mn>1</mn><mn>2</mn></mfrac></math> of</p>", "at 1/2 of"),
        ("<p>at <math><mfrac>\n<mn>1</mn>\n<mn>2</mn>\n</mfrac></math> of</p>", "at 1/2 of"),
        ("<p>at <math><msqrt><mn>2</mn></msqrt></math> of</p>", "at √2 of"),
        ("<p>red<inline-graphic><alt-text>a square</alt-text></inline-graphic>: cells</p>", "red: cells"),
        ("<p>Words<index-term><term>hidden</term></index-term>.</p>", "Words."),
        ("<p>Of <table><tr><td>A</td><td>B</td></tr></table></p>", "Of A B"),
        ("<caption><p>Words.</p><attrib>Source: X</attrib></caption>", "Words. Source: X"),
        ("<p>Wo<!-- c -->rds<?tpl x?> on</p>", "Words on"),
        ("<p><math><mi>k</mi><annotation>\\kappa</annotation></math></p>", "k"),
    ],
)
def test_elements_read_as_they_are_printed(xml: str, words: str) -> None:
    assert prose(fromstring(xml)).startswith(words)


def test_items_are_counted_in_each_list_whatever_stands_between_them() -> None:
    inner = '<list list-type="order"><list-item><p>x</p></list-item><list-item><p>y</p></list-item></list>'
    items = f"<list-item><p>one</p>{inner}</list-item><list-item><p>two</p></list-item>"
    xml = f'<list list-type="order"><title>T</title>{items}</list>'
    assert prose(fromstring(xml)) == "T (1) one (1) x (2) y (2) two"


def test_a_list_of_very_many_items_takes_no_time() -> None:
    many = fromstring(f"<list list-type='order'>{'<list-item><p>x</p></list-item>' * 30_000}</list>")
    start = time.process_time()
    assert prose(many).endswith("(30000) x")
    assert time.process_time() - start < 5  # counted anew for each item, it took half a minute


def test_alternatives_in_one_another_without_end_take_no_time() -> None:
    deep = f"{'<alternatives>' * 300}{'<math>x</math>' * 1_000}{'</alternatives>' * 300}"
    start = time.process_time()
    assert prose(fromstring(f"<p>{deep}</p>")) == "x"
    assert time.process_time() - start < 5  # read twice at each level, it took for ever
