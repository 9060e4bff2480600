"""Schemes as papers draw them: words and shapes that say how something works, measured by nothing.

sheet.py       what schemes share: colours, names, panel letters, thick arrows
cells.py       cells with what is in them, membranes
strands.py     molecules as balls, coils and strands
constructs.py  genes as thick arrows, proteins as lumps
devices.py     apparatus, solids, sections through layers
drafts.py      parts with their sizes, pipes, benches of optics, chips
circuits.py    circuits, boxes on one another
sections.py    tissue, soil, vessels
rings.py       rings of parts, hubs, networks of neurons
overviews.py   workflows, cycles and graphical abstracts of icons
icons.py       all icons
pens.py        how the icons of a scheme look
living.py      icons of what lives
things.py      icons of vessels, molecules, machines
"""
