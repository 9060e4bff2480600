"""The paper's printed results, to set beside what the raw predictions give.

Trelles Trabucco, Li, Arighi, Shatkay, Marai, "Modality-Classification of Microscopy Images Using Shallow Variants
of Deep Networks", BIBM 2020, tables I to III. Accuracies in percent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from models.variants import Approach


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

PRINTED_F1: Mapping[str, tuple[float, float, float, float]] = MappingProxyType(
    {
        "ResNet50 features + SVM": (47.44, 92.17, 93.67, 61.80),
        "fine-tuned ResNet18 b1-1": (51.66, 94.08, 95.04, 77.32),
        "shallow ResNet152 b3-11": (58.50, 93.99, 94.96, 80.40),
        "shallow ResNet50 ensemble": (53.33, 94.04, 95.78, 78.17),
        "InceptionV4 ensemble (Koitka & Friedrich)": (47.89, 87.87, 91.74, 67.42),
        "AlexNet + GoogLeNet ensemble (Kumar et al.)": (31.64, 90.32, 83.59, 54.55),
    }
)
"""F1 of DMEL, DMFL, DMLI, DMTR in Table III."""
