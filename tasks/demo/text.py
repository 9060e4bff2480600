"""Words for the demo's papers: two made-up articles and an endless supply of plausible body text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class DemoArticle:
    """What the demo prints of an article; `captions` stand in the order of the figures."""

    title: str
    authors: str
    doi: str
    """Under 10.5555, the prefix that is reserved for examples."""
    abstract: str
    captions: tuple[str, ...]


MITOCHONDRIA = DemoArticle(
    title="Branching of the mitochondrial network after loss of a tethering protein",
    authors="Ada Example, Bo Sample and Chi Specimen",
    doi="10.5555/figmill.demo.1",
    abstract=(
        "Mitochondria fuse, divide and branch, and the balance of the three follows what a cell needs. Here "
        "we silence a tethering protein in cultured cells and follow the network for three days by "
        "fluorescence microscopy, electron microscopy and gels. Branches grow longer within a day "
        "and the change is undone when the protein is put back. The article is made up; its figures are "
        "there to be extracted."
    ),
    captions=(
        "Figure 1. Loss of the tether. (a) Tubulin (green) and nuclei (blue) of control cells. (b) Mitochondria "
        "(red) and nuclei (blue) of silenced cells. (c) Transmission electron micrograph of silenced cells; "
        "scale bar, 500 nm. (d) Stained gel of five samples beside a ladder of sizes.",
        "Figure 2. Mean branch length over 72 h in control, silenced and rescued cells. Error bars show "
        "the standard deviation of three experiments.",
    ),
)

LIVER = DemoArticle(
    title="Cristae are lost early in a model of fatty liver",
    authors="Dee Placeholder and Eli Mockup",
    doi="10.5555/figmill.demo.2",
    abstract=(
        "Fat that gathers in the liver strains its mitochondria long before the tissue is scarred. We "
        "compare sections of liver by light and electron microscopy over eight weeks of feeding and count "
        "the cristae. They thin out from the second week on. The article is made up; its figures are there "
        "to be extracted."
    ),
    captions=(
        "Figure 1. Liver after four weeks of feeding, stained with haematoxylin and eosin. White gaps are "
        "vessels and droplets of fat.",
        "Figure 2. Loss of cristae. (A) Transmission electron micrograph after eight weeks; scale bar, 500 nm. "
        "(B) Cristae per micrometre of mitochondrion in four groups of animals.",
    ),
)

_SENTENCES = (
    "{Cells} were kept at 37 degrees in {medium} and passaged every {days} days.",
    "After {hours} hours the {measure} {changed} in {cells} but not in controls.",
    "Images were taken with the same exposure for all groups and analysed blind to the treatment.",
    "The {measure} {changed} again once the protein was expressed from a resistant plasmid.",
    "We therefore asked whether the {measure} depends on contact with the endoplasmic reticulum.",
    "Sections of 70 nm were cut, stained with uranyl acetate and lead citrate, and viewed at 80 kV.",
    "Neither {medium} nor the transfection reagent alone {changed_verb} the {measure}.",
    "Samples were lysed, separated on a 12% gel and transferred to a membrane for {hours} hours.",
    "This agrees with earlier reports in {cells}, where the {measure} {changed} within {days} days.",
    "Differences were tested by analysis of variance with a correction for multiple comparisons.",
    "At least {count} {cells} from {days} independent experiments were measured for each condition.",
    "One explanation is that the membrane is remodelled before the {measure} can be seen to change.",
)
_SLOTS = {
    "cells": ("hepatocytes", "fibroblasts", "epithelial cells", "neurons"),
    "medium": ("low-glucose medium", "serum-free medium", "standard medium"),
    "measure": (
        "branch length",
        "membrane potential",
        "number of cristae",
        "rate of fusion",
        "oxygen uptake",
    ),
    "changed": ("rose", "fell", "doubled", "did not change"),
    "changed_verb": ("altered", "affected", "raised"),
    "hours": ("two", "six", "twelve", "24", "48"),
    "days": ("three", "four", "five"),
    "count": ("50", "80", "120"),
}


def paragraphs(rng: np.random.Generator) -> Iterator[str]:
    """Paragraphs of four to seven sentences, without end and without the word that begins a caption."""
    while True:
        templates = rng.choice(_SENTENCES, size=rng.integers(4, 8), replace=False)
        yield " ".join(_sentence(rng, str(template)) for template in templates)


def _sentence(rng: np.random.Generator, template: str) -> str:
    words = {slot: str(rng.choice(choices)) for slot, choices in _SLOTS.items()}
    return template.format(**words, Cells=words["cells"].capitalize())
