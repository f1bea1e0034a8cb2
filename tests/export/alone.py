"""`python alone.py FILE`: runs a script, or a notebook's code, where only the packages of its requirements.txt are.

What these require is there, too; Medcore and everything else that is installed here cannot be imported.
"""

import importlib.abc
import importlib.metadata
import json
import re
import runpy
import sys
from pathlib import Path


def others(names: list[str]) -> set[str]:
    """Top-level modules of all that is installed but these packages and what they require; and ours."""
    packages: set[str] = set()
    while names:
        name = normal(names.pop())
        if name in packages:
            continue
        try:
            requires = importlib.metadata.requires(name) or []
        except importlib.metadata.PackageNotFoundError:
            continue  # for another system
        packages.add(name)
        names += [re.match(r"[\w.-]+", line)[0] for line in requires if "extra ==" not in line]
    provided = importlib.metadata.packages_distributions()
    return {module for module, by in provided.items() if not packages & set(map(normal, by))} | {"medcore"}


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


class Refuse(importlib.abc.MetaPathFinder):
    """Stands before all other finders and lets none of these modules be found."""

    def __init__(self, modules: set[str]) -> None:
        self.modules = modules

    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in self.modules:
            raise ModuleNotFoundError(f"No module named {name!r} in requirements.txt", name=name)


if __name__ == "__main__":
    file = Path(sys.argv[1])
    named = [line.partition("==")[0] for line in (file.parent / "requirements.txt").read_text().split()]
    sys.path[:] = [entry for entry in sys.path if Path(entry or ".").resolve() != Path(__file__).resolve().parent]
    sys.meta_path.insert(0, Refuse(others(named)))
    if file.suffix == ".py":
        runpy.run_path(str(file), run_name="__main__")
    else:
        namespace = {"__name__": "__main__"}
        for cell in json.loads(file.read_text(encoding="utf-8"))["cells"]:
            if cell["cell_type"] == "code":
                exec(compile("".join(cell["source"]), cell["id"], "exec"), namespace)
