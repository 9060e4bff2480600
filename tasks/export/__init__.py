"""A dataset handed on: chosen rows in the forms that others read.

choice.py       which rows, and what was counted of them
rows.py         the chosen rows of the parts, a row group at a time, with no path of this machine in them
folder.py       a folder that is there whole or not at all
webdataset.py   tar shards for training
hub.py          Parquet with a card, as the Hugging Face Hub shows it
card.py         the card: licences counted, modalities, columns
croissant.py    metadata in Croissant's JSON-LD
licenses.py     what others call a licence: the Hub's identifiers, addresses
exporting.py    a whole export, from parts to a finished folder
"""
