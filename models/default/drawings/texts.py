"""Panels of text: formulas and program listings."""

from __future__ import annotations

from PIL import Image

from models.default.drawings.figure import Random, blank_axes, new_figure, number, pick, to_image

_SYMBOLS = (
    r"\alpha",
    r"\beta",
    r"\lambda",
    r"\sigma",
    r"\mu",
    "x",
    "y",
    "t",
    "k",
    "N",
    "p",
    r"\theta",
    r"\omega",
)
_FORMULAS = (
    r"\frac{{d{a}}}{{d{b}}} = {c} {a} \left(1 - \frac{{{a}}}{{{d}}}\right)",
    r"{a} = \sum_{{i=1}}^{{{d}}} {b}_i^2 + {c}",
    r"\int_0^\infty {a}({b}) \, d{b} = \frac{{{c}}}{{{d}}}",
    r"P({a} \mid {b}) = \frac{{P({b} \mid {a}) P({a})}}{{P({b})}}",
    r"{a}_{{{d}+1}} = {a}_{{{d}}} - {c} \nabla f({a}_{{{d}}})",
    r"\hat{{{a}}} = \sqrt{{\frac{{1}}{{{d}}} \sum ({b}_i - \bar{{{b}}})^2}}",
    r"{a} = {b}\, e^{{-{c} {d}}} + \frac{{{b}}}{{1 + {c}}}",
    r"\frac{{\partial {a}}}{{\partial {b}}} = {c} \frac{{\partial^2 {a}}}{{\partial {d}^2}}",
)
_LINES = (
    "for {a} in range({n}):",
    "    {a} += {b}[{a}] * {n}",
    "if ({a} > {n}) {{",
    "}} else {{",
    "return {a}",
    "{a} <- lm({b} ~ {c}, data = d)",
    "SELECT {a}, {b} FROM {c} WHERE {a} > {n};",
    "def {a}({b}, {c}):",
    "    print({a}, {b})",
    "# {a} of {b}",
    "<{a} id='{b}'>{n}</{a}>",
    "int {a} = {b}({c}, {n});",
    "library({a})",
    "%let {a} = {n};",
)
_NAMES = ("count", "result", "value", "i", "dose", "group", "score", "model", "fit", "sample", "rows", "mean")


def formulas(random: Random) -> Image.Image:
    """One to six displayed formulas, numbered at times."""
    lines = int(random.integers(1, 7))
    figure = new_figure(random, 3.2, 0.55 * lines + 0.2)
    axes = blank_axes(figure)
    size = float(random.uniform(9, 15))
    for line in range(lines):
        names = {name: pick(random, _SYMBOLS) for name in "abcd"}
        formula = pick(random, _FORMULAS).format(**names)
        y = 1 - (line + 0.5) / lines
        axes.text(0.05, y, f"${formula}$", fontsize=size, va="center", math_fontfamily="cm")
        if random.random() < 0.4:
            axes.text(0.98, y, f"({line + 1})", fontsize=size * 0.8, va="center", ha="right")
    return to_image(figure)


def program_listing(random: Random) -> Image.Image:
    """Lines of code in a fixed-width face, on white, grey or dark ground."""
    lines = int(random.integers(5, 28))
    figure = new_figure(random, 4.2, 0.17 * lines + 0.2)
    axes = blank_axes(figure)
    ground, inks = pick(
        random,
        (
            ("white", ("black",)),
            ("#f5f5f5", ("black", "#0000aa", "#007000")),
            ("#1e1e1e", ("#d4d4d4", "#569cd6", "#ce9178")),
        ),
    )
    figure.set_facecolor(ground)
    size, numbered = float(random.uniform(5, 8)), random.random() < 0.4
    for line in range(lines):
        names = {name: pick(random, _NAMES) for name in "abc"}
        text = "  " * int(random.integers(0, 3)) + pick(random, _LINES).format(n=number(random), **names)
        shown = f"{line + 1:3d}  {text}" if numbered else text
        axes.text(
            0.02,
            1 - (line + 0.5) / lines,
            shown,
            family="monospace",
            fontsize=size,
            va="center",
            color=pick(random, inks),
            parse_math=False,
        )
    return to_image(figure)
