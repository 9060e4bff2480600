"""The work of a run and what became of it, as records that travel between processes.

shard.py      the unit of work: papers, and the earlier rows that theirs take the place of
outcomes.py   what became of it: failures, counts, a shard's outcome, the summary of a run or an ingest
"""
