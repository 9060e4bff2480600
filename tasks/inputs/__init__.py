"""From what the user names to shards of papers.

listing.py        PDFs in folders, on stores and on the web, each known by the SHA-256 of its bytes
fetching.py       PDFs that lie elsewhere: fetched for a while, removed again
fingerprints.py   which bytes an input had when it was last read, so that it need not be read again
newer_jats.py     which papers that were read have JATS XML now that they were not read with
preview.py        what a run would do, for `figmill label --dry-run`
plan.py           which inputs are new or to be tried again, cut into shards
"""
