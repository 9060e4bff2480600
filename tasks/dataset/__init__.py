"""The dataset at rest: its columns, its parts, its ledger, and who may write it.

columns.py      the one table of columns, in which a new one is declared
schema.py       the Arrow schemas that follow from it, and a file's metadata
files.py        the files of the two tables: their names, how one is opened, what to do where it cannot be read
parts.py        rows written to a part, then the ledger part that completes the shard; a new column gets its value here
exchange.py     rows that take the place of earlier ones; those of a paper that cannot be read anew stay
ledger.py       the ledger: its rows read, marked as withdrawn, retired, taken away; parts.py writes new ones
tally.py        what a part holds, counted; ledger parts carry it
cache/          what all parts hold, noted in a file of its own so that a run need not open each of them
compaction.py   small parts rewritten as large ones, for `figmill compact`
dataset.py      the folder that a run writes to: opened, checked, repaired
lock.py         who may write: one run at a time, by a lock of the file system
store_lock.py   the same on an object store: a lease with a heartbeat
folder.py       a folder that is there whole or not at all, for exports and sites
check.py        a dataset verified from its files alone, for `figmill check`
rights.py       whose pictures may be passed on
cells.py        rows as tables that office programs open
quarantine.py   what its repairs take out, and what they leave
"""
