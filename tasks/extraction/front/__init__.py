"""What the pages of a PDF say of their article, where no JATS is at hand.

first_page.py   title, DOI and licence from the first page; the PMCID by which a file is named
"""
