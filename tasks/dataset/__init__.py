"""The dataset at rest: its columns, its parts, its ledger, and who may write it.

schema.py       the columns of `subfigures` and `papers`, and the metadata of a file: here a column begins
parts.py        rows written to a part, then the ledger part that makes them count: here a column gets its value
ledger.py       what is held of each article of PMC; rows marked as withdrawn, rows taken away
dataset.py      the folder that a run writes to: opened, checked, repaired
lock.py         who may write: one run at a time, by a lock of the file system
store_lock.py   the same on an object store: a lease with a heartbeat
check.py        a dataset verified from its files alone, for `figmill check`
"""
