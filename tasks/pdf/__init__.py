"""Figures and their captions, found on the pages of a PDF with PyMuPDF. Boxes are PDF points.

documents.py      a PDF opened, page by page, and what can be wrong with it in words
pages.py          what stands on a page: text lines, paint operations and ink, in one upright frame
layout.py         what the ink of a page is: text of the body, tables, page furniture, and the rest
captions.py       captions: the words that begin one (Figure, Scheme, Abb., ...), their labels and their text
found_figure.py   a figure found: its artwork's place and its caption
figures.py        each caption bound to the artwork on its page
across_pages.py   captions bound to artwork on another page
pixels.py         the pixels of a figure: embedded images at their own resolution, the rest rendered (300 dpi)
"""
