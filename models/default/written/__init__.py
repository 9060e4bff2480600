"""Captions that the project writes itself, so that words are known of classes of which few captions are published.

text.py       a written text and what it says of its panel
phrases.py    what papers call each class and each kind of chart (phrases.csv), alone or among other parts
captions.py   whole captions of figures (captions.csv), whose parts speak of each other
"""
