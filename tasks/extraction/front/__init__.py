"""What the pages of a PDF say of their article, where no JATS is at hand.

first_page.py   title, DOI, licence and what the others find; the PMCID by which a file is named
authors.py      the names under the title
dates.py        the day of publication, where it is printed whole
journals.py     the journal's name, where it stands whole
"""
