"""Writes what is installed beside this Python as a CycloneDX 1.5 bill of materials, with licences, to standard output.

    python deployments/sbom.py > sbom.json
    python deployments/sbom.py --licenses        # a line for each package instead

It asks nobody: names, versions and licences are what the packages say of themselves.
"""

from __future__ import annotations

import json
import sys
from importlib.metadata import Distribution, distributions
from typing import Any

_LICENSE = "License :: "
_LONGEST = 80
"""Characters of a licence's name; some packages write its whole text there."""


def components() -> list[dict[str, Any]]:
    """A component for each installed package, by name."""
    found = {str(one.metadata["Name"]).lower().replace("_", "-"): one for one in distributions()}
    return [_component(name, found[name]) for name in sorted(found)]


def bill() -> dict[str, Any]:
    """All of them as CycloneDX has it."""
    return {"bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1, "components": components()}


def _component(name: str, package: Distribution) -> dict[str, Any]:
    licenses = [{"license": {"name": license}} for license in licenses_of(package)]
    return {
        "type": "library",
        "name": name,
        "version": package.version,
        "purl": f"pkg:pypi/{name}@{package.version}",
        **({"licenses": licenses} if licenses else {}),
    }


def licenses_of(package: Distribution) -> list[str]:
    """A package's licences: by its expression, else by its classifiers, else by a short text of its own."""
    told = package.metadata
    if expression := told.get("License-Expression"):
        return [str(expression)]
    classified = [str(one) for one in told.get_all("Classifier") or [] if str(one).startswith(_LICENSE)]
    if names := [one.rpartition(" :: ")[2] for one in classified if one.count(" :: ") > 1]:
        return names
    text = str(told.get("License") or "").strip()
    return [text] if text and len(text) <= _LONGEST and "\n" not in text and text != "UNKNOWN" else []


def main() -> None:
    """The bill, or with `--licenses` a table for people."""
    if sys.argv[1:] == ["--licenses"]:
        for one in components():
            names = ", ".join(entry["license"]["name"] for entry in one.get("licenses", [])) or "not stated"
            sys.stdout.write(f"{one['name']} {one['version']}: {names}\n")
        return
    json.dump(bill(), sys.stdout, indent=1)


if __name__ == "__main__":
    main()
