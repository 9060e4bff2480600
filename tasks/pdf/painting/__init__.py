"""What is painted on a page and how it looks, asked for before its text is read.

look.py         a page rendered small, and the log of what is painted on it
visibility.py   which words readers see; of a scan those recognised in it, of other pages none that are hidden
covering.py     words that were painted over
raw_lines.py    lines as MuPDF gives them, without hidden words, line numbers cut off
faults.py       what MuPDF raises on broken input
"""
