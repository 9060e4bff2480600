"""Panels that the project draws itself, for classes and kinds of chart of which few free images are published.

panels.py        which drawer teaches which class, and how many of each are drawn
charts.py        charts of known kinds, in the styles of journals
figure.py        what all share: a seeded style, a canvas, text
sheet.py         what the charts share: fonts, colours, frame, labels
kept.py          drawings kept on disk
areas.py         charts of bars, boxes, cells, slices, surfaces
curves.py        charts of lines: curves, steps, spectra, trees
points.py        charts of points: scatters, gates, whiskers, networks
diagrams.py      flow charts and tables
gels.py          blots and gels with what is printed around them
micrographs.py   micrographs, and bands alone
negatives.py     what is no figure's panel: noise, blank pages, textures
sequences.py     sequence alignments
signals.py       electrocardiograms, electroencephalograms, electromyograms
structures.py    chemical structures and reactions
texts.py         formulas and program listings
"""
