"""Panels that the project draws itself, for classes of which few free images are published.

panels.py        which drawer teaches which class, and how many of each are drawn
figure.py        what all share: a seeded style, a canvas, text
diagrams.py      flow charts and tables
micrographs.py   micrographs and gels
negatives.py     what is no figure's panel: noise, blank pages, textures
sequences.py     sequence alignments
signals.py       electrocardiograms, electroencephalograms, electromyograms
structures.py    chemical structures and reactions
texts.py         formulas and program listings
"""
