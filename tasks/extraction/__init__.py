"""A paper read in a process of its own, under limits; what it does to that process costs its own row alone.

pool.py            the reading processes: one paper each at a time, under a limit of time and of memory
confined_process.py  such a process from outside: started, asked, ended
confined.py        what runs in it: files come open, one job after the other
paper_job.py       the job: a paper read and handed over
confinement.py     what such a process may take and do
landlock.py        which files it may open: those of its libraries, to read
seccomp.py         which system calls it may make: none for network, processes, or new files
reading.py         one PDF read: figures, captions, subfigures, encoded images
handover.py        what a reading process hands over: Arrow, checked before it is used
image_files.py     an article without a PDF: the image files that its JATS names
images/            the pixels of an image file, as readers see them
front/             what a PDF says of its article where no JATS is at hand
pdf_passages.py    the running text of a PDF under its headings
panel_words.py     the words printed within a panel
picture_words.py   the words in its picture, by OCR
article_words.py   label and caption of each figure: JATS where it is of the same article, else as printed
drawing.py         a page as a picture, with boxes or bare, for `figmill view` and `figmill export`
inspection.py      a paper's pages with all that is found drawn on them, for `figmill inspect`

The limits themselves (`ExtractionLimits`) are settings: tasks/settings.py.
"""
