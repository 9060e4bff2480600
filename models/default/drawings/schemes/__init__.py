"""Schemes as papers draw them: words and shapes that say how something works, measured by nothing.

sheet.py     what schemes share: colours, names, panel letters
cells.py     cells with what is in them, membranes
strands.py   molecules as balls, coils and strands
devices.py   apparatus, solids, sections through layers
circuits.py  circuits, boxes on one another
"""
