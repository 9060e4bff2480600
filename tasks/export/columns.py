"""What each column of `subfigures` means, in a sentence: for the card and for Croissant."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

MEANINGS: Mapping[str, str] = MappingProxyType(
    {
        "subfigure_id": "First 16 hex digits of paper_id, figure_index and subfigure_index, with slashes between.",
        "paper_id": "SHA-256 of the PDF's bytes, hex.",
        "source_uri": "The PDF as it was given, or the XML of an article that came without one.",
        "pmcid": "PubMed Central id of the article.",
        "doi": "DOI of the article.",
        "title": "Title of the article.",
        "journal": "Journal of the article.",
        "license": "Licence of the article, such as CC BY 4.0; null where it is not known.",
        "published": "When the article was published.",
        "withdrawn": "What became of the article since: retracted, removed or relicensed at its source; else null.",
        "figure_index": "Order of the figure in the paper, from 0.",
        "figure_label": "Label of the figure as printed, normalised: Figure 3, Scheme 2.",
        "caption": "Caption of the figure without its label, one paragraph.",
        "caption_source": "Where the caption comes from: pdf or jats.",
        "page": "Page of the figure, from 1; null, as both boxes, where it is an image file of its own.",
        "figure_bbox": "x0, y0, x1, y1 of the figure in PDF points, origin top left.",
        "figure_kind": "What the figure is made of: raster, vector or mixed.",
        "subfigure_index": "Reading order of the subfigure in its figure, from 0.",
        "panel_label": "Letter of the panel as printed: A, b, ii; null where none is sure.",
        "subcaption": "The part of the caption that belongs to the panel; null where unsure.",
        "subfigure_bbox": "x0, y0, x1, y1 of the subfigure in PDF points, origin top left.",
        "image": "The picture, PNG or JPEG.",
        "image_width": "Width of the picture, pixels.",
        "image_height": "Height of the picture, pixels.",
        "image_sha256": "SHA-256 of the picture's bytes, hex.",
        "modality": "The most probable class, an ImageCLEF 2016 code such as DMFL; null where it was not scored.",
        "modality_path": "Every ancestor of the class and itself: microscopy, microscopy/fluorescence.",
        "confidence": "Calibrated probability of the class.",
        "rejected": "Whether the model abstains: the picture is too unlike its training data, or it is too unsure.",
        "probabilities": "Probability of every class, in the order of the record set or metadata of classes.",
        "embedding": "The network's features of the picture, for search by likeness.",
        "model_id": "Name of the model and first 12 hex digits of its weights' SHA-256.",
        "pipeline_version": "Version of Figmill.",
        "labelled_at": "When the row was made.",
    }
)
