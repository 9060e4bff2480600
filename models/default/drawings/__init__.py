"""Panels that the project draws itself, for classes and kinds of chart of which few free images are published.

panels.py        which drawer teaches which class, and how many of each are drawn
charts/          charts of known kinds, in the styles of journals
figure.py        what all share: a seeded style, a canvas, text
canvas.py        shapes, arrows and text on a page, fast
kept.py          drawings kept on disk
blots.py         blots and gels of few lanes with much white around them
chemistry/       formulas with what is written around them, complexes, chains
diagrams.py      flow charts and tables
gels.py          blots and gels with what is printed around them
micrographs.py   micrographs, and bands alone
negatives.py     what is no figure's panel: noise, blank pages, textures
photographs/     photographs: skin, mucosa, dishes and things, built of noise, lumps and light
pictures/        pictures that an instrument takes: angiograms, slices, electron micrographs, ultrasound
schemes/         schemes: cells, strands, devices, drafts, circuits, overviews of icons
screens.py       screenshots of web pages and of lists that unfold
separations/     gels and blots in more stains and layouts
sequences.py     sequence alignments
signals.py       electrocardiograms, electroencephalograms, electromyograms
structures.py    chemical structures and reactions as RDKit draws them
tables.py        tables: ruled, small, of sentences, of marks
texts.py         formulas and program listings
"""
