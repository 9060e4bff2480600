"""What MuPDF raises on broken input, and which of it is no fault of the file."""

from __future__ import annotations

import pymupdf

MUPDF_ERRORS = (RuntimeError, ValueError, pymupdf.mupdf.FzErrorBase)
"""What PyMuPDF raises on broken input: sometimes its own error, sometimes MuPDF's."""


def raise_if_out_of_memory(error: Exception) -> None:
    """MuPDF reports a refused allocation as an error of the file; for the ledger it is one of memory."""
    if "malloc" in str(error) or "allocat" in str(error):
        raise MemoryError(str(error)) from error
