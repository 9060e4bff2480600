"""Networks, their training and what they say of images; nothing of PDFs, nothing of Prefect."""

import sys

# OpenVINO reports its import over the network and leaves an identifier at the user's home, unless this package, which
# comes with it, cannot be imported.
sys.modules["openvino_telemetry"] = None  # type: ignore[assignment]
