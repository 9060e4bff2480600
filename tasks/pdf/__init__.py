"""Figures and their captions, found on the pages of a PDF with PyMuPDF. Boxes are PDF points.

documents.py         a PDF opened, page by page, and what can be wrong with it in words
mending/             what is set right in an open PDF where MuPDF shows something else than other readers
painting/            what is painted on a page and how it looks, before its text is read
pages.py             what stands on a page: text lines, paint operations and ink, in one upright frame
lines.py             the lines of text as printed: pieces joined, doubles and hidden words left out
styles.py            the type of the body, by which captions and headings are told from it
furniture.py         what repeats from page to page: running heads, banners, logos, watermarks
numbering.py         the numbers by which a manuscript counts its lines
layout.py            what the ink of a page is: text of the body, tables, page furniture, and the rest
captions.py          captions on the page: where one begins, its label and its text
caption_lines.py     which lines a caption takes up: below, beside, under the picture, on the next page
found_figure.py      a figure found: its artwork's place and its caption
artwork.py           the pieces that figures are made of: which start one, how far it reaches
caption_binding.py   each piece of artwork bound to a caption
uncaptioned.py       artwork without a caption: figure, or logo, banner, cover, portrait
figures.py           each caption bound to the artwork on its page
across_pages.py      captions bound to artwork on another page
pixels.py            the pixels of a figure: embedded images at their own resolution, the rest rendered (300 dpi)
"""
