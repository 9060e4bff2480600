"""The default bundle's model card, in the form of Hugging Face's.

Every number in it was measured by the build, but for those of what was tried and left out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from models.bundle.bundle import SENTENCES_FILE, WordsCalibration
from models.bundle.description import Description
from models.default.calibrating import COVERAGE, NOVEL_SHARE, REJECTED_SHARE, TORN_SHARE
from models.default.judging import (
    LEAST,
    Judged,
    Measured,
    PanelScores,
    count_confused,
    count_rejected,
)
from models.default.leaving_out import LeftOut
from models.default.panels import COMPOUND, TAUGHT, TORN, PanelArrays
from models.evaluation.calibration import reliability
from models.taxonomy import CODES, MICROSCOPY, SEVERAL_PANELS, name

_OTHER_NAMES = {
    TORN: "torn piece of a panel",
    COMPOUND: "several panels in one cut",
    "background": "no panel: photographs, textures, noise",
}


@dataclass(frozen=True, slots=True)
class Compared:
    """A readout of the trunks in cross-validation over the published training articles."""

    name: str
    features: int
    accuracy: float
    macro_f1: float


@dataclass(frozen=True, slots=True, kw_only=True)
class DefaultCard:
    """All that the card says."""

    described: Description
    parameters: int
    data: PanelArrays
    compared: Sequence[Compared]
    left_out: Mapping[str, Sequence[LeftOut]]
    """By what was left out, one at a time."""
    scores: Mapping[str, PanelScores]
    """By which panels were judged, and how."""
    dev: Judged
    """What the bundle says of the dev panels, with words."""
    strangers: Judged | None
    command: str
    seed: int


def write_default_card(card: DefaultCard) -> str:
    """Markdown, with the metadata block that model hubs read."""
    sections = (_head, _use, _quality, _classes, _rejection, _choice, _left_out, _data, _failures, _rebuild)
    return "\n\n".join(section(card) for section in sections) + "\n"


def _head(card: DefaultCard) -> str:
    accuracy = card.scores["dev, with words"].accuracy[0]
    return f"""---
license: cc-by-4.0
library_name: figmill
pipeline_tag: image-classification
tags: [biomedical-figures, modality, imageclef, microscopy]
metrics: [{{name: accuracy, value: {accuracy:.3f}}}]
---

# {card.described.name}: {card.described.model}, {len(card.described.classes)} classes"""


def _use(card: DefaultCard) -> str:
    calibration, rejection = card.described.calibration, card.described.rejection
    kinds = card.described.extra.kinds
    words = calibration.words or WordsCalibration(temperature=1, own=0, caption=0)
    return f"""## Use

Names the modality of one subfigure of a biomedical paper as an ImageCLEF 2016 code ({card.parameters:,}
parameters, input about 224 x 224 pixels in the panel's proportions). Two networks with ImageNet's weights look at the
picture, a ResNet-18 cut in its third block and an EfficientNet-Lite2, where its sixth stage begins and at its last
convolution; one linear layer reads the mean and the spread of each channel of all three. A second linear layer
reads hashed words of the panel's own text and of the caption,
{_beside(card)}

- Picture alone: logits / {calibration.temperature:g}. With words: logits / {words.temperature:g} + w x the words'
  log-ratio (at least {words.floor:g}), w = {words.own:g} for a text of the panel's own, {words.caption:g} for a
  caption that panels share (`figmill label --no-captions` leaves words aside).
- Further outputs: no panel at all (photographs, textures), a torn piece of a panel, several panels in one cut
  (`compound`, a probability; readers are told, and it counts below, above {SEVERAL_PANELS:g}), and
  {len(kinds)} kinds of chart below GFIG:
  {", ".join(kinds)}.
- It abstains (`rejected`) where the confidence, times the probability that the panel is whole, is below
  {rejection.threshold:g} ({rejection.words_threshold:g} with words), above {rejection.torn:g} of being torn, where the
  features lie further than {rejection.novelty:g} from every class (squared Mahalanobis distance per feature), and on
  blank pictures. Of those it abstains on no confidence is above {rejection.most:g}: as many are named right of the
  panels held out that are rejected although their name is likely.
- Conformal sets (`modality_set`) hold the true class of {COVERAGE:.0%} of panels like those held out.

Meant for search and curation, where a wrong label costs a click. Not for diagnosis, and not as the only judge of
anything. Photographs of people, animals, things and places are mostly rejected, also where a paper prints them
(GNCP)."""


def _beside(card: DefaultCard) -> str:
    """What stands beside the hashed words."""
    hashing = card.described.hashing
    if hashing is None or hashing.sentences is None:
        return "a third what both say together, fitted to held-out articles; words bear on the kind of chart too."
    sentences = hashing.sentences
    return (
        f"a third what MiniLM (all-MiniLM-L6-v2, {sentences.layers} layers, its weights as int8 in "
        f"`{SENTENCES_FILE}`)\nmakes of the first {sentences.pieces} pieces of each, of which the rarer ones count "
        "more. What words say is "
        f"{1 - sentences.share:.0%} the hashed words' and {sentences.share:.0%} MiniLM's, which bears on the kind of "
        "chart too."
    )


def _quality(card: DefaultCard) -> str:
    lines = [
        "## Quality",
        "",
        "95% bootstrap intervals over articles. Dev: panels of articles that nothing was fitted to or chosen by. Held "
        "out: the published training panels, each judged by heads and text models that saw nothing of its article; "
        "temperatures, thresholds and sets were fitted to these, and what is drawn, the views and the weights of "
        "words were chosen by them. Panels that people are unsure of are left aside. "
        f"Macro-F1 is over the classes with {LEAST} panels or more, microscopy F1 the mean of {', '.join(MICROSCOPY)}.",
        "",
        "| | panels | articles | accuracy | macro-F1 | microscopy F1 | calibration error |",
        "|---|---|---|---|---|---|---|",
    ]
    ways = {way: score for way, score in card.scores.items() if way != "strangers"}
    for way, score in ways.items():
        cells = (score.accuracy, score.macro_f1, score.microscopy_f1, score.ece)
        lines.append(f"| {way} | {score.panels} | {score.articles} | {' | '.join(map(_with, cells))} |")
    lines += [
        "",
        "| | good panels rejected | faulty cuts rejected or flagged | sets hold the class | classes in a set | kind of "
        "chart |",
        "|---|---|---|---|---|---|",
    ]
    for way, score in ways.items():
        found = (score.good_rejected, score.faulty_found, score.coverage, score.set_size, score.charts)
        lines.append(f"| {way} | {' | '.join(map(_with, found))} |")
    return "\n".join(lines)


def _classes(card: DefaultCard) -> str:
    sound = card.dev.sound
    lines = [
        "## By class",
        "",
        "Dev panels, with words.",
        "",
        "| class | panels | precision | recall | rejected |",
    ]
    lines.append("|---|---|---|---|---|")
    rejected = count_rejected(sound, sound.codes)
    for code in CODES:
        true, guessed = sound.codes == code, sound.guesses == code
        hits = int((true & guessed).sum())
        count, away = rejected.get(code, (0, 0))
        lines.append(
            f"| {code} | {count} | {_ratio(hits, guessed.sum())} | {_ratio(hits, true.sum())} | {away} |"
        )
    lines += ["", "| mean confidence | accuracy | share of panels |", "|---|---|---|"]
    right = sound.guesses == sound.codes
    lines += [
        f"| {mean:.2f} | {accuracy:.2f} | {share:.2f} |"
        for mean, accuracy, share in reliability(sound.confidence, right)
    ]
    untested = [code for code in CODES if rejected.get(code, (0, 0))[0] < LEAST]
    return "\n".join([*lines, "", f"Untested, fewer than {LEAST} dev panels: {', '.join(untested)}."])


def _rejection(card: DefaultCard) -> str:
    lines = [
        "## What it rejects",
        "",
        f"Limits were set so that of good panels held out {TORN_SHARE:.1%} are rejected as torn, {NOVEL_SHARE:.1%} as "
        f"novel and {REJECTED_SHARE:.1%} in all. Below: pictures alone, with 95% Wilson intervals, which take each "
        "image for itself. Training saw nothing of the packages that these photographs come from "
        "(`models/default/photographs.csv`); the background's weight was looked at with the validation photographs in "
        "view.",
        "",
        "| images | number | rejected |",
        "|---|---|---|",
    ]
    if card.strangers:
        found = count_rejected(card.strangers, card.strangers.groups)
        lines += [f"| {kind} | {count} | {_share(hits, count)} |" for kind, (count, hits) in found.items()]
    faulty = card.dev.faulty
    caught = faulty.rejected | faulty.compound
    for code in (TORN, COMPOUND):
        here = faulty.codes == code
        if here.any():
            label = f"dev, {_OTHER_NAMES[code]}, rejected or flagged"
            lines.append(f"| {label} | {here.sum()} | {_share(int(caught[here].sum()), int(here.sum()))} |")
    return "\n".join(lines)


def _choice(card: DefaultCard) -> str:
    lines = [
        "## How the network was chosen",
        "",
        "Five-fold cross-validation over the published training articles (whole articles held out; ready-made sets, "
        "drawings and photographs always train), picture alone. The trunks keep their ImageNet weights: tuning them "
        "gained nothing in three folds on a GPU. Hierarchical: the group is read at the first unit, the class within "
        "it at the second, as the paper proposes.",
        "",
        "| read at | features | accuracy | macro-F1 |",
        "|---|---|---|---|",
    ]
    lines += [
        f"| {found.name} | {found.features} | {found.accuracy:.3f} | {found.macro_f1:.3f} |"
        for found in card.compared
    ]
    lines += ["", _TRIED]
    return "\n".join(lines)


# Measured once, when the network was chosen.
_TRIED = (
    "In the last two rows the trunks' regressions are averaged with linear discriminants. With whole publishers held "
    "out discriminants name 0.797 right instead of 0.770, with words 0.823 instead of 0.808. Tried and left out: "
    "discriminants alone, a regression on whitened features, static word embeddings (wordllama). Sentences (MiniLM) "
    "beside the hashed words name 0.885 instead of 0.879 (log-loss 0.334 instead of 0.390), with publishers held out "
    "0.856 instead of 0.823 (0.469 instead of 0.624). Texts that the project writes of each class beside the published "
    "captions (`models/default/written`) name 0.895 (0.302), with publishers held out 0.893 (0.358). Of MiniLM's "
    "layers the sixth is read: the fourth names no more right than hashed words alone. A layer that reads what picture "
    "and words say together, which helped hashed words, is left out: with it 0.878 and with publishers held out 0.845 "
    "are right, before there were written texts. So are, of what was tried then: discriminants on sentences (0.879 and "
    "0.848), a shift of each class fitted to what is held out (0.885 and 0.859), and words that count the less the "
    "surer the picture is (0.885 and 0.854). With a limit of its own on the background's probability 0.888 of the "
    "panels accepted are right instead of 0.893, as many being rejected.\n\n"
    "Since then panels are drawn of more classes and kinds, and published and ready-made ones are seen once more in "
    "another view: a part of them, in other proportions, mirrored or framed (`models/data/views.py`). The picture "
    "alone names 0.878 instead of 0.835 right, with publishers held out 0.834 instead of 0.797; with words 0.914 "
    "instead of 0.895 (log-loss 0.254 instead of 0.299) and 0.897 instead of 0.892 (0.308 instead of 0.359). "
    "Without one article of bare maps, which drawn ones help most, the picture names 0.876 instead of 0.858, and "
    "0.831 instead of 0.816 with publishers held out. With sentences' share of 0.7 instead of a half, with words "
    "0.918 (0.251) and 0.902 (0.301). Tried and left out: changes of light, colour and print in these views, and "
    "two views of each (nothing); statistics of the picture as it is printed, its size, colours and textures, read "
    "by trees or a layer (log-loss of 0.364 with publishers held out, without them 0.359); a discriminant that "
    "tells the scatter between articles from that within (nothing); MiniLM's last two layers tuned (on one fold "
    "0.855 instead of 0.879); the largest instead of the mean of its pieces (0.860 instead of 0.890).\n\n"
    "Last, angiograms, slices, electron micrographs, ultrasound, skin, mucosa, dishes and things are drawn, more "
    "schemes, formulas, gels and charts, and more texts are written: 2,667 phrases instead of 377, and 335 whole "
    "captions whose parts speak of each other (`models/default/written`). The picture alone names 0.887 instead of "
    "0.872 right (log-loss 0.399 instead of 0.438), with publishers held out 0.851 instead of 0.831 (0.486 instead of"
    " 0.575); with words 0.920 instead of 0.917 (0.232 instead of 0.258) and 0.918 instead of 0.896 (0.252 instead of"
    " 0.301), of which texts alone give 0.922 (0.247) and 0.905 (0.279). What is drawn and written was chosen by the "
    "folds that say so, so that less is to be expected of new papers. Tried and left out: other pools of the same "
    "maps (largest values, thirds, rows and columns, what channels do together, earlier units) and layers on random "
    "waves of whitened features (log-losses at most 0.015 lower, with words 0.006); shifts of the classes towards "
    "being equally frequent; what the other panels of a figure are (with words 0.003 more); 560 written captions "
    "more; drawn light micrographs, transmission micrographs, radiographs, proteins and organs (worse or nothing); "
    "drawings that count 0.25 or 0.5 instead of 0.3, and twice as many of each.\n\n"
    "And panels keep their proportions: instead of a square, a panel fills that of seven shapes, with as many pixels, "
    "which is most like it. With words 0.927 instead of 0.920 are right (log-loss 0.224 instead of 0.232), with "
    "publishers held out 0.921 instead of 0.918 (0.241 instead of 0.252); the picture alone names 0.883 instead of "
    "0.887 (0.390 instead of 0.399) and 0.853 instead of 0.851 (0.467 instead of 0.486). Tried and left out: squares "
    "with white margins (0.905 and 0.905); a square for the first network and proportions for the second (log-losses "
    "no lower); 288 instead of 224 pixels for the second (log-losses with words 0.002 and 0.005 lower, for 1.65 times "
    "its time); of MiniLM's pieces the first sentence by itself as well, and a layer that learns which matter (with "
    "publishers held out 0.906); a weight of words for each class (0.921 and 0.919).\n\n"
    "Since then EfficientNet-Lite2 is read at its last convolution too, by a regression that counts half as much as "
    "each of the others, discriminants have a share of 0.4 instead of a half, and of MiniLM's pieces the rarer ones "
    "count more. The picture alone names 0.887 instead of 0.883 right (log-loss 0.365 instead of 0.390), with "
    "publishers held out 0.862 instead of 0.853 (0.436 instead of 0.467); with words 0.930 instead of 0.927 (0.203 "
    "instead of 0.224) and 0.934 instead of 0.921 (0.215 instead of 0.241), of which the pieces give the last 0.003 "
    "of both log-losses. Tried and left out: the powers of 0.5, 1.5 and 2 of features, or their ranks (log-losses "
    "0.036 higher, the same, 0.013 and 0.054 higher); the maps of other stages, of the second block and of b3-1 as "
    "a third part; a discriminant of the last convolution; faults and kinds of chart read there.\n\n"
    "A confidence is the probability of the name, no longer that the panel is whole besides: in nested folds by "
    "article, before the last convolution was read, the calibration error is 0.025 instead of 0.032 with words, "
    "0.026 instead of 0.048 without, and the mean squared error with words 0.058 instead of 0.073.\n\n"
    "Tried since and left out: a third network beside both, EfficientNet-Lite0 or -Lite1 (log-losses at most 0.009 "
    "lower, with words 0.005; where no view loses, 0.004 more are right in one at most) or what finds lines of text in "
    "PP-OCRv4 (log-losses higher); gte-small instead of MiniLM (with words 0.924 and 0.929 instead of 0.929 and 0.926, "
    "log-losses 0.008 and 0.009 higher) or beside it (0.001 and 0.002 lower); the mean over a panel and another view "
    "of it (log-losses higher); words that RapidOCR reads in the picture, on 1,136 of the panels (the picture alone "
    "0.885 and 0.868 instead of 0.879 and 0.862, with words 0.923 instead of 0.928 and 0.927 as before); 153 real "
    "slices, radiographs and micrographs out of packages of PyPI (the picture alone 0.890 and 0.864 instead of 0.887 "
    "and 0.865, with words 0.928 and 0.925 instead of 0.929 and 0.926).\n\n"
    "How much panels of more articles would give: taught by a quarter of the published articles, the picture alone "
    "names 0.843 right out of fold by article and with words 0.891, by half of them 0.877 and 0.922, by all 0.887 and "
    "0.929."
)


def _left_out(card: DefaultCard) -> str:
    lines = [
        "## What was left out at a time",
        "",
        "Accuracy on what a head never saw, picture alone. Low numbers of a source say that its class is known from "
        "that source more than from its looks. Publishers are named by the prefix of their DOIs; of photographs, the "
        "share whose most likely output is that they are no panel.",
    ]
    for kind, found in card.left_out.items():
        lines += ["", f"| {kind} left out | images | accuracy |", "|---|---|---|"]
        lines += [f"| {left.name} | {left.panels} | {left.accuracy:.3f} |" for left in found]
    return "\n".join(lines)


def _data(card: DefaultCard) -> str:
    data, sound = card.data, card.dev.sound
    counts = {kind: Counter(data.codes[data.rows(kind)].tolist()) for kind in TAUGHT}
    counts["dev"] = Counter([*sound.codes.tolist(), *card.dev.faulty.codes.tolist()])
    lines = ["## Data", "", f"| class | | {' | '.join(counts)} |", "|---|---|" + "---|" * len(counts)]
    for code in (*CODES, *_OTHER_NAMES):
        cells = " | ".join(str(found[code]) for found in counts.values())
        lines.append(f"| {code} | {_OTHER_NAMES.get(code) or name(code)} | {cells} |")
    lines += [
        "",
        "Published and ready-made panels carry CC-BY, CC0 or permissive terms that their source shows; panels that a "
        "caption credits to another source are left out, and so are share-alike ones. Drawn panels are made by "
        "`models/default/drawings`. Photographs that train are public domain, CC0, CC-BY or permissive, each file by "
        "itself (`models/default/photographs.csv`), and count three times: whole, a part, and a thumbnail. Panels "
        "marked unsure train but are not scored. The text model reads the published panels' captions, those of "
        "ImageCLEF 2016's micrographs (open-access articles) and texts that the project makes up of what papers call "
        "each class and kind of chart (`models/default/written`); no text can be read back from it.",
        "",
        "| source | licence | training images |",
        "|---|---|---|",
    ]
    used = Counter((panel.source, panel.licence) for panel in data.panels)
    lines += [f"| {source} | {licence} | {count} |" for (source, licence), count in sorted(used.items())]
    if card.described.hashing and card.described.hashing.sentences:
        lines.append("| all-MiniLM-L6-v2: weights, which read captions | Apache-2.0 | – |")
    return "\n".join(lines)


def _failures(card: DefaultCard) -> str:
    lines = ["## Where it fails", "", "The most frequent mistakes on the dev panels, with words:", ""]
    lines += [
        f"- {name(true)} ({true}) called {name(guess)} ({guess}): {count}"
        for true, guess, count in count_confused(card.dev.sound)
    ]
    lines += [
        "",
        "Classes known from drawings alone (signals, formulas, program listings) are known as those drawings look. An "
        "image of a modality that is not in the list gets one of the list's names, at best rejected.",
    ]
    return "\n".join(lines)


def _rebuild(card: DefaultCard) -> str:
    return (
        f"## Rebuild\n\nSeed {card.seed}, on a CPU; the same bytes on the same kind of machine:\n\n"
        f"```\n{card.command}\n```"
    )


def _with(measured: Measured | None) -> str:
    if measured is None or np.isnan(measured[0]):
        return "–"
    value, (low, high) = measured
    return f"{value:.3f} ({low:.3f} to {high:.3f})"


def _ratio(part: int, whole: int) -> str:
    return f"{part / whole:.3f}" if whole else "–"


def _share(hits: int, count: int) -> str:
    """Percent with its 95% Wilson interval."""
    from scipy.stats import (
        binomtest,  # takes a second or more to import, and only a card that is written needs it
    )

    interval = binomtest(hits, count).proportion_ci(confidence_level=0.95, method="wilson")
    return f"{hits / count:.1%} ({interval.low:.1%} to {interval.high:.1%})"
