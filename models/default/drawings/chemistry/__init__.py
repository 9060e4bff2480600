"""Skeletal formulas as drawing programs of chemists set them, and what papers write around them.

page.py       molecules in the plane, and a page that draws them
formulas.py   molecules in rows, reactions, formulas with marks
frames.py     frames with R groups, sugars, conjugates, columns of complexes, crowded pages
complexes.py  metals with ligands, chains, balls on sticks
"""
