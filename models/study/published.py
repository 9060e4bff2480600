"""The paper's printed results, to set beside what the raw predictions give.

Trelles Trabucco, Li, Arighi, Shatkay, Marai, "Modality-Classification of Microscopy Images Using Shallow Variants
of Deep Networks", BIBM 2020, tables I to III. Accuracies in percent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from models.networks.variants import Approach

Scores = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class PrintedRow:
    """A row of Table I or II: over the variants of one ResNet. `gain` is best minus full."""

    average: float
    deviation: float
    best: float
    worst: float
    gain: float


PRINTED: Mapping[tuple[Approach, str], PrintedRow] = MappingProxyType(
    {
        ("fine_tuned", "resnet18"): PrintedRow(88.25, 1.16, 89.00, 84.88, 0.92),
        ("fine_tuned", "resnet34"): PrintedRow(86.86, 0.31, 87.29, 86.03, 0.57),
        ("fine_tuned", "resnet50"): PrintedRow(87.44, 0.97, 88.89, 84.42, 1.15),
        ("fine_tuned", "resnet101"): PrintedRow(88.11, 0.54, 88.77, 86.14, 0.69),
        ("fine_tuned", "resnet152"): PrintedRow(88.06, 0.75, 88.89, 84.77, 1.03),
        ("shallow", "resnet18"): PrintedRow(86.96, 1.89, 88.89, 82.59, 0.69),
        ("shallow", "resnet34"): PrintedRow(87.31, 1.62, 89.69, 83.05, 2.63),
        ("shallow", "resnet50"): PrintedRow(85.27, 5.46, 88.80, 68.04, 1.95),
        ("shallow", "resnet101"): PrintedRow(86.21, 7.10, 89.69, 58.19, 1.03),
        ("shallow", "resnet152"): PrintedRow(86.76, 5.10, 89.92, 58.19, 2.18),
    }
)

PRINTED_PEARSON: Mapping[str, float] = MappingProxyType(
    {"resnet18": 0.81, "resnet34": 0.75, "resnet50": 0.56, "resnet101": 0.64, "resnet152": 0.27}
)
"""Between trainable parameters and test accuracy of the fine-tuned variants."""


@dataclass(frozen=True, slots=True)
class PrintedScores:
    """A row of Table III in percent; NaN where the paper gives no number. `model` is its name here, if it has one."""

    title: str
    model: str
    accuracy: float
    classes: tuple[Scores, Scores, Scores, Scores]
    """Precision, recall and F1 of DMEL, DMFL, DMLI, DMTR."""


_NONE = float("nan")

PRINTED_SCORES: tuple[PrintedScores, ...] = (
    PrintedScores(
        "ResNet50 features + SVM",
        "resnet50:svm",
        85.80,
        ((54.51, 42.05, 47.44), (91.07, 93.31, 92.17), (90.74, 96.79, 93.67), (67.07, 57.29, 61.80)),
    ),
    PrintedScores(
        "fine-tuned ResNet18 b1-1",
        "resnet18:tune-b1-1",
        89.00,
        ((61.90, 44.32, 51.66), (93.10, 95.07, 94.08), (93.13, 97.04, 95.04), (76.53, 78.12, 77.32)),
    ),
    PrintedScores(
        "shallow ResNet152 b3-11",
        "resnet152:b3-11",
        89.92,
        ((72.88, 48.86, 58.50), (93.66, _NONE, 93.99), (92.31, 97.78, 94.96), (77.67, 83.33, 80.40)),
    ),
    PrintedScores(
        "shallow ResNet50 ensemble",
        "resnet50:ensemble",
        89.58,
        ((64.52, 45.45, 53.33), (93.71, 94.37, 94.04), (93.63, 98.02, 95.78), (76.24, 80.21, 78.17)),
    ),
    PrintedScores(
        "InceptionV4 ensemble (Koitka & Friedrich)",
        "",
        _NONE,
        ((62.96, 38.64, 47.89), (82.21, 94.37, 87.87), (91.63, 91.85, 91.74), (73.17, 62.50, 67.42)),
    ),
    PrintedScores(
        "AlexNet + GoogLeNet ensemble (Kumar et al.)",
        "",
        _NONE,
        ((31.46, 31.82, 31.64), (91.97, 88.73, 90.32), (86.93, 80.49, 83.59), (48.38, 62.50, 54.55)),
    ),
)
"""Table III."""

STAND_INS: Mapping[str, str] = MappingProxyType(
    {
        "alexnet+googlenet": "stand-in for Kumar et al.",
        "inception_v3": "stand-in for the InceptionV4 ensemble of Koitka & Friedrich",
        "densenet121+captions": "stand-in for systems that read captions too",
    }
)
"""What torchvision can carry of the related systems: not the authors' own networks, weights or training."""
