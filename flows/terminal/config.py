"""figmill.toml: options kept in a file, which the command line, cron and the deployments share.

    model = "bundles/mine"        # for every command that has such an option

    [label]                       # for `figmill label`
    inputs = ["papers/"]
    out = "dataset"
    shard-size = 50

What is typed on the command line counts more. Paths are seen from where the command is called.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from tasks.errors import SettingsError
from tasks.texts import printable

FILE = "figmill.toml"
"""Its name where it is looked for: in the working folder."""
_MOST_BYTES = 1 << 20

_COMMAND_LINE = frozenset(
    {"verbose", "prefect", "log_format", "preview", "price", "summary_json", "fail_above"}
)
"""Options that are no settings of a flow."""

_LIMITS = ("timeout", "confine", "ocr")
"""Options that are fields of `ExtractionLimits`."""

Config = dict[str, dict[str, Any]]
"""Values by command and by the name of click's parameter, as `click.Context.default_map` has them."""


def read_config(file: Path, commands: Mapping[str, click.Command]) -> Config:
    """The options that a file has for each command. Raises SettingsError for what is none of theirs, by its name."""
    content = _read(file)
    shared = {key: value for key, value in content.items() if not isinstance(value, dict)}
    own = {key: value for key, value in content.items() if isinstance(value, dict)}
    for name in own.keys() - commands.keys():
        known = ", ".join(sorted(commands))
        raise SettingsError(f"{file}: [{printable(name, 50)}] is no command: {known}")
    found = {name: _options(command) for name, command in commands.items()}
    for key in shared:
        if not any(_plain(key) in options for options in found.values()):
            raise SettingsError(f"{file}: no command has an option {printable(key, 50)!r}")
    return {
        name: {options[_plain(key)]: value for key, value in shared.items() if _plain(key) in options}
        | _section(file, name, own.get(name, {}), options)
        for name, options in found.items()
    }


def flow_settings(options: Mapping[str, Any]) -> dict[str, Any]:
    """A command's options as the settings of its flow (`tasks.settings`), without those of the command line alone."""
    settings = {name: value for name, value in options.items() if name not in _COMMAND_LINE}
    if limits := {name: settings.pop(name) for name in _LIMITS if name in settings}:
        settings["limits"] = limits
    if isinstance(settings.get("licenses"), str):
        settings["licenses"] = [code.strip() for code in settings["licenses"].split(",") if code.strip()]
    return settings


def _section(
    file: Path, command: str, values: Mapping[str, Any], options: Mapping[str, str]
) -> dict[str, Any]:
    for key, value in values.items():
        if _plain(key) not in options:
            known = ", ".join(sorted(name.replace("_", "-") for name in options))
            raise SettingsError(f"{file}: [{command}] has no option {printable(key, 50)!r}: {known}")
        if isinstance(value, dict):
            raise SettingsError(f"{file}: [{command}] {key} is a table: name a value")
    return {options[_plain(key)]: value for key, value in values.items()}


def _options(command: click.Command) -> dict[str, str]:
    """Parameters by how they are called: `shard_size`, `inputs`."""
    found: dict[str, str] = {}
    for parameter in command.params:
        names = parameter.opts if isinstance(parameter, click.Option) else [parameter.name or ""]
        found |= {
            _plain(name.lstrip("-")): parameter.name or "" for name in names if len(name.lstrip("-")) > 1
        }
    return found


def _plain(key: str) -> str:
    return key.replace("-", "_").lower()


def _read(file: Path) -> dict[str, Any]:
    try:
        with file.open("rb") as stream:
            text = stream.read(_MOST_BYTES + 1)
        if len(text) > _MOST_BYTES:
            raise SettingsError(f"{file} is larger than a megabyte: it is no such file")
        return tomllib.loads(text.decode("utf-8"))
    except OSError as error:
        raise SettingsError(f"{file} cannot be read: {error.strerror}; check --config") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{file} is not TOML: {printable(str(error), 200)}") from error
