"""What is set right in an open PDF before it is read, where MuPDF would show something else than other readers.

annotations.py       annotations that are pictures, which become content of their page
jpegs.py             JPEGs whose PDF says another width or other colours than they have
layers.py            which layers show: policies and expressions that MuPDF does not reckon
"""
