"""How papers word things, whether a PDF or a JATS says them; pure text, no pages.

labels.py      labels of figures and tables in one grammar: the words that begin a caption (Figure, Scheme, Abb., ...)
citations.py   the figures and panels that a sentence cites: "Figs. 2B,C and 3", "Figure 1–3"
sentences.py   running text cut into sentences
licenses.py    the one vocabulary of licences: found in addresses, codes and words; asked for by family
license_statements.py  the licence that a printed page states of its own article
letterspacing.py  letterspaced lines told by their text, and their words by the gaps between letters
words.py       characters normalised, lines joined to paragraphs
"""
