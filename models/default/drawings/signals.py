"""Signals printed from instruments: electrocardiograms, electroencephalograms, electromyograms."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from PIL import Image

from models.default.drawings.figure import Random, blank_axes, new_figure, pick, to_image

_Wave = npt.NDArray[np.float64]
_LEADS = ("I", "II", "III", "aVR", "aVL", "aVF", "V1", "V2", "V3", "V4", "V5", "V6")
_ELECTRODES = ("Fp1", "Fp2", "F3", "F4", "C3", "C4", "P3", "P4", "O1", "O2", "T3", "T4", "Cz", "Pz")
_MUSCLES = ("APB", "ADM", "TA", "EDB", "Biceps", "Deltoid", "Soleus", "FDI")

# The waves of a heartbeat: centre and width in seconds, height in millivolts.
# Source: McSharry et al., "A dynamical model for generating synthetic electrocardiogram signals", 2003.
_BEAT = ((-0.2, 0.025, 0.12), (-0.03, 0.01, -0.12), (0.0, 0.011, 1.0), (0.03, 0.01, -0.25), (0.25, 0.04, 0.3))


def electrocardiogram(random: Random) -> Image.Image:
    """One lead or the twelve of the clinic, on squared paper or plain."""
    leads = int(pick(random, (1, 3, 6, 12)))
    columns = 2 if leads >= 6 and random.random() < 0.6 else 1
    rows = leads // columns
    figure = new_figure(random, 5.0, 0.5 + 0.45 * rows)
    axes = blank_axes(figure)
    seconds = float(random.uniform(2.0, 5.0))
    axes.set_xlim(0, seconds * columns)
    axes.set_ylim(-rows * 1.8 + 0.6, 1.4)
    if random.random() < 0.7:
        _squared_paper(axes, pick(random, ("#f4a6a6", "#f7c6c6", "#c8c8c8", "#b7d7b0")))
    ink = pick(random, ("black", "black", "#1a1a60"))
    for lead in range(leads):
        x, y = seconds * (lead // rows), -1.8 * (lead % rows)
        t, wave = _heartbeats(random, seconds)
        axes.plot(t + x, wave * random.uniform(0.4, 1.1) + y, color=ink, lw=float(random.uniform(0.5, 1.2)))
        if leads > 1:
            axes.text(x + 0.05, y + 0.6, _LEADS[lead], fontsize=7)
    return to_image(figure)


def electroencephalogram(random: Random) -> Image.Image:
    """Many channels of brain waves under one another, with spikes or spindles at times."""
    channels = int(random.integers(4, 14))
    figure = new_figure(random, 4.5, 0.3 * channels + 0.5)
    axes = blank_axes(figure)
    t = np.linspace(0, 8, 1600)
    axes.set_xlim(-0.8, 8)
    axes.set_ylim(-channels + 0.2, 1)
    spikes = random.random() < 0.5
    for channel in range(channels):
        wave = _brain_waves(random, t) * 0.25
        if spikes:
            wave += 0.7 * np.exp(-(((t - 4) % 0.33 - 0.15) ** 2) / 0.001) * ((t > 3) & (t < 6))
        axes.plot(t, wave - channel, color="black", lw=float(random.uniform(0.3, 0.8)))
        axes.text(-0.75, -channel, _ELECTRODES[channel], fontsize=6, va="center")
    return to_image(figure)


def electromyogram(random: Random) -> Image.Image:
    """Bursts of a muscle's activity, or responses to a stimulus under one another."""
    rows = int(random.integers(1, 6))
    figure = new_figure(random, 4.0, 0.6 * rows + 0.6)
    axes = blank_axes(figure)
    t = np.linspace(0, 1, 1500)
    axes.set_xlim(-0.12, 1)
    axes.set_ylim(-rows + 0.3, 0.9)
    evoked = random.random() < 0.5
    for row in range(rows):
        wave = _response(random, t) if evoked else _bursts(random, t)
        axes.plot(t, wave - row, color="black", lw=float(random.uniform(0.3, 0.9)))
        axes.text(-0.11, 0.2 - row, pick(random, _MUSCLES), fontsize=7)
    axes.plot([0.85, 0.95], [-rows + 0.45] * 2, color="black", lw=1.2)
    axes.text(0.86, -rows + 0.32, pick(random, ("5 ms", "10 ms", "1 s")), fontsize=6, va="top")
    return to_image(figure)


def _heartbeats(random: Random, seconds: float) -> tuple[_Wave, _Wave]:
    t = np.linspace(0, seconds, int(seconds * 250))
    wave = random.normal(0, 0.012, len(t)) + 0.05 * np.sin(2 * np.pi * 0.3 * t)
    beat = float(random.uniform(0.6, 1.1))
    heights = random.uniform(0.5, 1.4, len(_BEAT))
    start = float(random.uniform(0, beat))
    for centre in np.arange(start, seconds + beat, beat) + random.normal(0, 0.02):
        for (shift, width, height), factor in zip(_BEAT, heights, strict=True):
            wave += factor * height * np.exp(-((t - centre - shift) ** 2) / (2 * width**2))
    return t, wave


def _brain_waves(random: Random, t: _Wave) -> _Wave:
    bands = random.uniform((1, 4, 8, 14), (4, 8, 13, 30))
    powers = random.uniform(0.1, 1.0, 4)
    phases = random.uniform(0, 2 * np.pi, 4)
    envelope = 1 + 0.5 * np.sin(2 * np.pi * random.uniform(0.1, 0.5) * t + phases[0])
    waves = powers @ np.sin(2 * np.pi * bands[:, None] * t + phases[:, None])
    mixed: _Wave = envelope * waves * 0.5 + random.normal(0, 0.2, len(t))
    return mixed


def _bursts(random: Random, t: _Wave) -> _Wave:
    envelope = np.full(len(t), 0.03)
    for centre in random.uniform(0, 1, int(random.integers(2, 7))):
        envelope += random.uniform(0.2, 0.5) * np.exp(
            -((t - centre) ** 2) / (2 * random.uniform(0.01, 0.05) ** 2)
        )
    return envelope * random.normal(0, 0.6, len(t))


def _response(random: Random, t: _Wave) -> _Wave:
    delay, width = random.uniform(0.2, 0.5), random.uniform(0.02, 0.06)
    shape = np.exp(-((t - delay) ** 2) / (2 * width**2)) - 0.8 * np.exp(
        -((t - delay - 2 * width) ** 2) / (2 * (1.3 * width) ** 2)
    )
    stimulus = 0.8 * np.exp(-((t - 0.05) ** 2) / 1e-5)
    return random.uniform(0.3, 0.7) * shape + stimulus + random.normal(0, 0.01, len(t))


def _squared_paper(axes: Axes, colour: str) -> None:
    (left, right), (low, high) = axes.get_xlim(), axes.get_ylim()
    for step, width in ((0.1, 0.25), (0.5, 0.7)):
        axes.vlines(np.arange(left, right, step), low, high, color=colour, lw=width)
        axes.hlines(np.arange(low, high, step), left, right, color=colour, lw=width)
