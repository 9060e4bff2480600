"""Gels and blots in the stains and layouts that `gels` and `blots` lack.

lanes.py    lanes of bands, the colours of stains, and what is written above and beside them
stained.py  gels and membranes whole: dark on white, Coomassie, silver, zymograms, two dyes
strips.py   single strips with much white around, and columns of short strips
"""
