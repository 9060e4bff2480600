"""A dataset handed on: chosen rows in the forms that others read.

choice.py        which rows, and what was counted of them
splits.py        train, validation and test, by article and picture
rows.py          the chosen rows of the parts, a row group at a time, with no path of this machine in them
hub.py           Parquet as the Hugging Face Hub takes it
webdataset.py    tar shards for training
pictures.py      picture files, each described as a schema.org ImageObject and in a line of a table
pages.py         the pages that boxes stand on, as pictures
coco.py          boxes as COCO has them
label_studio.py  boxes for people to correct in Label Studio
card.py          the card: licences counted, splits, modalities, columns
croissant.py     metadata in Croissant's JSON-LD
licenses.py      what others call a licence: the Hub's identifiers, addresses
exporting.py     a whole export, from parts to a finished folder
restoring.py     the pictures that an export left out, filled in again from the user's papers
"""
