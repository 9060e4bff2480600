"""The sizes of a BERT, for who builds it in torch, who builds it as a graph and who keeps its numbers."""

from __future__ import annotations

EPSILON = 1e-12
"""Of its normalisations."""

WIDER = 4
"""How much wider a layer is between its two linear ones."""
