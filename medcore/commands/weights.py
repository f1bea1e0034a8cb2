"""`weights`: lists the ImageNet weights of the backbones, or downloads some."""

import argparse
import json
import sys
from typing import Any


def add(commands: Any) -> None:
    """Adds the command to the parser."""
    parser = commands.add_parser(
        "weights",
        help="list or download the ImageNet weights of backbones",
        description="Lists the ImageNet weights that are here, in MEDCORE_HOME or a folder of MEDCORE_WEIGHTS; "
        "`weights fetch MODEL` downloads those of a backbone and prints where they lie.",
    )
    actions = parser.add_subparsers(metavar="ACTION")
    parser.add_argument("--json", action="store_true", help="print one JSON list")
    parser.set_defaults(run=show)
    download = actions.add_parser("fetch", help="download the weights of a backbone")
    download.add_argument("model", help="name of the backbone, as the list says it")
    download.add_argument("--alpha", type=float, help="width of MobileNetV2")
    download.add_argument("--size", type=int, default=224, help="pixels a side; MobileNetV2 has weights for several")
    download.set_defaults(run=fetch)


def show(arguments: argparse.Namespace) -> int:
    """Prints the list."""
    from medcore.data.published import backbone_weights

    found = backbone_weights.listing()
    if arguments.json:
        print(json.dumps([_plain(weights) for weights in found]))
    else:
        print("\n".join(_line(weights) for weights in found))
    return 0


def fetch(arguments: argparse.Namespace) -> int:
    """Downloads, with progress on stderr where that is a terminal; prints the path."""
    from medcore import catalog
    from medcore.data.published import backbone_weights
    from medcore.spec import ModelSpec

    catalog.choose("Backbone", catalog.BACKBONES, arguments.model)
    options = {"size": arguments.size} | ({} if arguments.alpha is None else {"alpha": arguments.alpha})
    print(backbone_weights.fetch(ModelSpec(arguments.model, options), _progress))
    return 0


def _progress(done: int, total: int) -> None:
    if sys.stderr.isatty():
        of = f" of {total / 1e6:,.1f}" if total else ""
        print(f"\r{done / 1e6:,.1f}{of} MB", end="\n" if done == total else "", file=sys.stderr)


def _line(weights: Any) -> str:
    state = str(weights.path) if weights.path else "not here"
    return f"{_name(weights.model)}: {state}\n    {weights.title}, {weights.file}, {weights.megabytes:,.0f} MB"


def _name(model: Any) -> str:
    """As `fetch` takes it."""
    alpha = model.options.get("alpha")
    return model.name + (f" --alpha {alpha:g}" if alpha else "")


def _plain(weights: Any) -> dict[str, Any]:
    model = {"name": weights.model.name, "options": dict(weights.model.options)}
    return weights._asdict() | {"model": model, "path": str(weights.path) if weights.path else None}
