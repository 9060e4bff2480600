"""Rows that people chose and named, DIR/selections: kept beside the parts, known again by picture and place.

files.py     the files: one an action, never changed; what of each selection holds
standing.py  which rows of the dataset a selection holds by now, and which are gone
checking.py  the files verified, for `figmill check`
"""
