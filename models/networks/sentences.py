"""MiniLM's layers: a BERT of few and narrow layers, whose weighted mean over a text stands for the text.

Source: Wang et al., "MiniLM", NeurIPS 2020; Reimers and Gurevych, "Sentence-BERT", EMNLP 2019.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from models.networks.sentence_plan import EPSILON, WIDER


class SentenceNetwork(nn.Module):
    """(N, T, size) of what texts begin with, and (N, T) weights of their pieces -> (N, size), the mean over each.

    A weight of 0 stands behind a text's end; what is there may be anything.
    """

    def __init__(self, size: int, layers: int, heads: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(size, EPSILON)
        self.layers = nn.ModuleList(
            nn.TransformerEncoderLayer(
                size,
                heads,
                WIDER * size,
                dropout=0,
                activation="gelu",
                layer_norm_eps=EPSILON,
                batch_first=True,
            )
            for _ in range(layers)
        )

    def forward(self, begun: Tensor, weights: Tensor) -> Tensor:
        """The means."""
        ended = weights == 0
        x = self.norm(begun)
        for layer in self.layers:
            x = layer(x, src_key_padding_mask=ended)
        weighted = x * weights[..., None]
        # What stands behind a text's end may be anything, zero times which is not always zero.
        means: Tensor = torch.where(ended[..., None], 0, weighted).sum(dim=1) / weights.sum(dim=1)[:, None]
        return means
