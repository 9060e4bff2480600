"""The steps of Figmill's flows, as plain functions."""

import os

# PyMuPDF loads ONNX Runtime, which since 1.29 reports its use over the network and leaves an identifier in the user's
# cache, unless it is told before it is loaded. Reading processes inherit this.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
