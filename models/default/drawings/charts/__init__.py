"""Charts of known kinds in the styles of journals: they teach the kinds of which few are published.

kinds.py    what draws each kind
sheet.py    what the charts share: fonts, colours, frame, labels
areas.py    bars, boxes, cells, slices, surfaces
bold.py     little in large type: groups, cells, peaks with names
curves.py   lines: curves, steps, spectra
fields.py   fields of simulations, heads
maps.py     maps: fields in false colour, regions, sites
points.py   points: scatters, gates, whiskers, networks
trees.py    trees, upright, lying, round and as stars
"""
