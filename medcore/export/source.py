"""Medcore's own functions and classes as text, to stand in a script that runs without Medcore.

Their files are read, not imported: what they import is heavy, and the web process asks.
"""

import ast
import functools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

_ROOT = Path(__file__).parents[2]
_OURS = "medcore"


@dataclass
class Source:
    """Definitions and what they need.

    Args:
        imports: lines that import what is not ours.
        code: the definitions by name, each after those it uses.
    """

    imports: set[str] = field(default_factory=set)
    code: dict[str, str] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """All definitions, in order."""
        return "\n\n\n".join(self.code.values())


def take(*targets: str, without: Sequence[str] = ()) -> Source:
    """The definitions behind targets "module:name", and all of ours that they use.

    Args:
        targets: what to take.
        without: names that the script has its own definitions of.

    Raises:
        ValueError: if there is no such definition, or two different ones of the same name would meet.
    """
    taken, origins = Source(code=dict.fromkeys(without, "")), {}
    for target in targets:
        module, _, name = target.partition(":")
        _take(module, name, taken, origins)
    for name in without:
        del taken.code[name]
    return taken


def _take(module: str, name: str, taken: Source, origins: dict[str, str]) -> None:
    name = _read(module).first(name)
    if origins.setdefault(name, module) != module:
        raise ValueError(f"A script can hold one definition of {name}. Received: {origins[name]} and {module}")
    if name in taken.code:
        return
    file = _read(module)
    if name not in file.definitions:
        raise ValueError(f"{module} must define {name} to be exported. Received: a file without it")
    taken.code[name] = ""  # a definition that uses itself stands once
    for used in file.uses(name):
        if used in file.definitions:
            _take(module, used, taken, origins)
        elif used in file.imports:
            origin, original = file.imports[used]
            if origin.partition(".")[0] == _OURS:
                _take(origin, original or used, taken, origins)
            else:
                taken.imports.add(_import(origin, original, used))
    del taken.code[name]
    taken.code[name] = file.text(name)  # behind what it uses


def _import(module: str, name: str | None, used: str) -> str:
    if name is None:
        return f"import {module}" if used == module else f"import {module} as {used}"
    return f"from {module} import {name}" if used == name else f"from {module} import {name} as {used}"


class _File:
    """A module's text: its definitions, and under which names it imports what."""

    def __init__(self, text: str) -> None:
        self._lines = text.splitlines()
        body = ast.parse(text).body
        self.definitions = {name: (node, after) for node, after in _pairs(body) for name in _bound(node)}
        self.imports: dict[str, tuple[str, str | None]] = {}
        for node in body:
            if isinstance(node, ast.Import):
                self.imports |= {alias.asname or alias.name: (alias.name, None) for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                self.imports |= {alias.asname or alias.name: (node.module, alias.name) for alias in node.names}

    def first(self, name: str) -> str:
        """The name under which a definition stands: of several that one statement defines the first."""
        return _bound(self.definitions[name][0])[0] if name in self.definitions else name

    def uses(self, name: str) -> list[str]:
        """Names that a definition mentions, in order."""
        node, _ = self.definitions[name]
        own = _bound(node)
        return list(dict.fromkeys(p.id for p in ast.walk(node) if isinstance(p, ast.Name) and p.id not in own))

    def text(self, name: str) -> str:
        """A definition with its decorators, and the text that explains a constant."""
        node, after = self.definitions[name]
        first = min([node.lineno, *(decorator.lineno for decorator in getattr(node, "decorator_list", []))])
        last = after.end_lineno if _explains(node, after) else node.end_lineno
        lines = (re.sub(r"\s*# noqa.*", "", line) for line in self._lines[first - 1 : last])
        return "\n".join(lines)


@functools.cache
def _read(module: str) -> _File:
    path = _ROOT.joinpath(*module.split(".")).with_suffix(".py")
    if not path.is_file():
        raise ValueError(f"A script can hold what stands in a file of Medcore. Received: {module}")
    return _File(path.read_text(encoding="utf-8"))


def _pairs(body: list[ast.stmt]) -> Iterator[tuple[ast.stmt, ast.stmt | None]]:
    return zip(body, [*body[1:], None], strict=True)


def _bound(node: ast.stmt) -> list[str]:
    """Names that a statement defines."""
    if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
        return [node.name]
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    parts = [part for target in targets for part in getattr(target, "elts", [target])]
    return [part.id for part in parts if isinstance(part, ast.Name)]


def _explains(node: ast.stmt, after: ast.stmt | None) -> bool:
    text = isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant) and isinstance(after.value.value, str)
    return text and isinstance(node, (ast.Assign, ast.AnnAssign))
