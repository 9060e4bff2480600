"""What people say of a dataset's rows, DIR/corrections: kept beside the parts, and laid over them as they are read.

actions.py    one record an action, and which are in force
files.py      the files: written by a session, read with every value checked
overlay.py    the last word of people over rows
checking.py   the files verified, for `figmill check`
rows.py       by what a row is known again; which corrections still fit
"""
