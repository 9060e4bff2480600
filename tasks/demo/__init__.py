"""Two small papers for `figmill demo`, made here: no download, no licence.

papers.py   the papers as PDFs: begin here
text.py     their words
images.py   their pictures, drawn from random numbers
charts.py   their vector charts
"""
