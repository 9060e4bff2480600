"""What all parts hold, noted in OUT/.parts.sqlite, so that a run need not open each of them.

part_cache.py   the cache asked and brought up to date
listing.py      the files of the two tables, by which it is known what is new
shards.py       what is read of a ledger part and its part
database.py     the file that the cache is
"""
