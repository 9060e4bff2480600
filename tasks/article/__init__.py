"""What an article says of itself and of its figures, be it in its JATS or in words.

jats.py            an article's JATS XML: metadata, figures with captions and rights, sentences that cite them
jats_front.py      its front matter: authors, dates, licence, abstract, keywords, subjects
jats_figures.py    its figures, be they elements of their own, groups of parts, boxes or graphics in its text
jats_captions.py   the label and the caption of each
jats_graphics.py   its image files
jats_passages.py   its running text, with the links to figures
jats_prose.py      the words of its elements: lists, breaks, formulas
jats_bytes.py      which XML it is, whatever it is called and whenever it came
mentions.py        the sentences that cite a figure, for each panel those that mean it
figure_rights.py   whose a figure is: its own licence, credit to others, the line that it must carry
"""
