"""PMC's public bucket, followed night by night.

bucket.py      the bucket over HTTP: listings, and objects of a checked size and MD5
inventory.py   its daily inventories, and what differs between two
articles.py    what PMC says of an article: files, licence, whether it is retracted
catalogue.py   what the bucket lists beside what a dataset holds: new, changed, gone
removals.py    what is gone there, believed only with care
selection.py   which articles an ingest takes: licences, subjects, dates
downloads.py   an article's files brought here
cursor.py      how far a dataset has followed, OUT/.pmc
plan.py        the shards of an ingest, downloaded while earlier ones are labelled
"""
