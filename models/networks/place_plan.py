"""The sizes of the network of places, for who builds it in torch and who builds it as a graph."""

from __future__ import annotations

FINE, COARSE, PLAIN = 192, 256, 7
"""Channels: the trunk's at stride 8 and at stride 16, and those computed without a network."""

WIDTH, HIDDEN, FIELDS = 40, 24, 3
"""Channels of the blocks, of the maps that a piece is judged by, and of the fields."""

DILATIONS = (1, 2, 4, 8)
"""Of the blocks, one after the other."""

SAMPLES = 7
"""Samples across and down a box."""

SHAPES = 8
"""Numbers that tell a box's size and place."""

LAYERS = (96, 32, 4)
"""Of the perceptron that judges pieces; logits: one panel, several, a fragment, and of the IoU with the nearest."""
