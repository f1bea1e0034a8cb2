"""How settings, choices and imports stand in a script."""

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from medcore import catalog
from medcore.export import program, source
from medcore.export.settings import COMMENTS, Settings
from medcore.spec import RunSpec

WIDTH = 110


Chosen = TypeVar("Chosen", bound=catalog.Choice)


def used(part: str, every: Mapping[str, Chosen], runs: Mapping[str, RunSpec]) -> dict[str, Chosen]:
    """The choices of the catalog that the runs make for a part of a spec, by name."""
    return {name: every[name] for name in (getattr(spec, part).name for spec in runs.values())}


def code(*parts: str) -> str:
    """The parts, two lines between them."""
    return "\n\n\n".join(part.strip("\n") for part in parts if part)


def targets(choices: Mapping[str, catalog.Choice]) -> list[str]:
    """Where the choices are defined."""
    return [choice.target for choice in choices.values()]


def choices(name: str, choices: Mapping[str, catalog.Choice]) -> str:
    """A dict of the definitions, by the names that the settings use."""
    entries = [f'"{key}": {choice.target.partition(":")[2]}' for key, choice in choices.items()]
    return f"{name} = {{{', '.join(entries)}}}"


def optimizers(choices: Mapping[str, catalog.Choice]) -> str:
    """A dict of Keras' optimizers, by the names that the settings use."""
    lines = [f'    "{name}": {choice.target.replace(":", ".")},' for name, choice in choices.items()]
    return "\n".join(["OPTIMIZERS = {", *lines, "}"])


def imports(sources: Iterable[source.Source], networks: bool) -> str:
    """What the code imports: of Python itself first."""
    lines = {line for part in sources for line in part.imports} | set(program.IMPORTS)
    lines |= set(program.NETWORK_IMPORTS if networks else ())
    third = {line for line in lines if line.split()[1].partition(".")[0] in ("keras", "numpy", "sklearn")}
    packages = "\n".join(_sorted(third))
    if not networks:
        return "\n\n".join(["\n".join(_sorted(lines - third)), packages])
    return "\n\n".join(["\n".join(_sorted(lines - third)), program.QUIET.strip(), packages, program.QUIETER.strip()])


def _sorted(lines: set[str]) -> list[str]:
    merged: dict[str, set[str]] = {}
    for line in lines:
        module, _, names = line.partition(" import ") if line.startswith("from") else (line, "", "")
        merged.setdefault(module, set()).update([names] if names else [])
    ordered = sorted(merged, key=lambda module: (module.startswith("from"), module))
    return [f"{module} import {', '.join(sorted(merged[module]))}" if merged[module] else module for module in ordered]


def settings(given: Settings) -> str:
    """Dicts of what the runs share, and what each has of its own, with a comment on each setting."""
    shared = constants("SHARED", given.shared)
    if not given.own:
        return shared
    own = [line for label, values in given.own.items() for line in _run(label, values)]
    comments = [f"# {key}: {COMMENTS[key]}" for key in COMMENTS if any(key in own for own in given.own.values())]
    return "\n".join([shared, "", *comments, "RUNS = {", *own, "}"])


def constants(name: str, values: Mapping[str, Any]) -> str:
    """A dict, an entry a line, with a comment on those that are settings; above the line where it is long."""
    lines = [_entry(f"    {_text(key)}: {_text(value)},", COMMENTS.get(key, "")) for key, value in values.items()]
    return "\n".join([f"{name} = {{", *lines, "}"])


def _entry(line: str, comment: str) -> str:
    if not comment:
        return line
    return f"{line}  # {comment}" if len(line) <= WIDTH else f"    # {comment}\n{line}"


def _run(label: str, values: Mapping[str, Any]) -> list[str]:
    line = f"    {_text(label)}: {_text(dict(values))},"
    if len(line) <= WIDTH:
        return [line]
    return [f"    {_text(label)}: {{", *(f"        {_text(key)}: {_text(v)}," for key, v in values.items()), "    },"]


def _text(value: object) -> str:
    """The value as Python, with texts in double quotes."""
    if isinstance(value, str):
        return f'"{"".join(map(_character, value))}"'
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_text(key)}: {_text(part)}" for key, part in value.items()) + "}"
    if isinstance(value, tuple):
        return "(" + ", ".join(map(_text, value)) + ")"
    return repr(value)


def _character(character: str) -> str:
    """As it is, unless it ends the text, cannot be seen, or turns the order of what is read."""
    if character in '"\\':
        return f"\\{character}"
    return character if character.isprintable() else ascii(character)[1:-1]
