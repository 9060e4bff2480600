"""A dataset before people's eyes: a local web page that is rendered here and needs no network.

app.py       the addresses and what each answers
guard.py     who may ask, and what a browser may do with the answer
filters.py   the address's parameters as a query, and back
shown.py     what the templates show: trees, cards, marked captions, links
papers.py    the list of papers, those that failed, and their PDFs
notebook.py  one paper's figures as objects that a notebook shows
editing.py   a person's session: what is done becomes corrections
editor.py    the addresses by which people correct
selecting.py selections: what they hold, and how people change them
downloads.py what a filter shows, as a table or as pictures
site.py      the view as a folder of pages to share
answers.py   rows, counts and papers as programs are answered
api.py       those answers as JSON over HTTP
mcp_server.py those answers for agents (Model Context Protocol)
serve.py     the socket and the server
templates/   the pages
static/      their colours and script

All that came from a paper is escaped by the templates; addresses lead to rows of the index, never to
files.
"""
