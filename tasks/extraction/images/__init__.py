"""The pixels of image files.

decoding.py          an image file's pixels as readers see them, by Pillow
second_opinion.py    those of files that Pillow refuses, by MuPDF
refusal.py           what image files are refused for
"""
