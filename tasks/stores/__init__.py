"""Where bytes lie: folders of this machine, object stores, the web.

paths.py     one way to read and write folders and URIs: written aside, then renamed or put whole
objects.py   object stores by `s3://`, `gs://` and the like: connections, listings, retries
errors.py    what the libraries of object stores raise, put in words
scratch.py   a temporary folder of this process, removed also after a kill
web.py       files by `https://`: retries, time limits, a limit of size
"""
