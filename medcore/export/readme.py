"""What goes with an exported comparison in words: how to run it, whose images these are, what was done to them."""

import textwrap
from collections.abc import Mapping, Sequence

from medcore import catalog
from medcore.data.dataset import Card
from medcore.export import adapted, sections, segmented, transferred
from medcore.export.settings import data_files, data_key
from medcore.spec import PreparationSpec, RunSpec

FILE = "README.txt"
WIDTH = 100
HOW = """\
python -m venv .venv
.venv/bin/pip install -r requirements.txt     (on Windows: .venv\\Scripts\\pip)
.venv/bin/python script.py                    (on Windows: .venv\\Scripts\\python)"""
FILES = """\
script.py         trains and tests the runs, prints how far it is, writes what it measured as tables (CSV)
notebook.ipynb    the same, step by step; open it with Jupyter (pip install notebook)
{data}
specs.json        the runs for Medcore itself: python -m medcore train specs.json
requirements.txt  the packages that the script needs"""
DATA = "{file:17} images and {labels} of training, validation and test, as the network sees them"
BASE = "{file:17} a network that a run of Medcore left, which others go on with"
NOT_COMMERCIAL = "Not for commercial use."
NOT_STATED = "The licence of these images is not stated: ask whose they are before you pass them on."


def text(runs: Mapping[str, RunSpec], cards: Mapping[str, Card], left_out: Sequence[str]) -> str:
    """The text.

    Args:
        runs: by label.
        cards: of the data sets, by file.
        left_out: files whose training images were drawn anew for every epoch, and do not hold these variants.
    """
    trained = [*transferred.firsts(runs).values(), *runs.values()]
    recipes = {data_files(runs)[data_key(spec)]: spec.preparation for spec in trained}
    for key, users in adapted.targets(runs).items():
        recipes[data_files(runs)[key]] = users[0].adaptation.target_preparation
    labels = "masks" if segmented.segmenting(runs) else "labels"
    data = [DATA.format(file=file, labels=labels) for file in cards] + [
        BASE.format(file=file) for file in transferred.bases(runs).values()
    ]
    here = FILES.format(data="\n".join(data))
    parts = [sections.TITLE, _wrapped(sections.INTRODUCTION), f"How to run it\n\n{HOW}", f"What is here\n\n{here}"]
    parts.append("The runs\n\n" + "\n".join(f"- {_line(label)}" for label in runs))
    for file, card in cards.items():
        parts.append(_images(file, card, recipes[file], file in left_out))
    return "\n\n\n".join(parts) + "\n"


def _images(file: str, card: Card, recipe: PreparationSpec, left_out: bool) -> str:
    facts = {
        "Source": card.source,
        "Licence": card.licence,
        "Cite": card.citation,
        "Labels": card.labels,
        "Mind": " ".join(card.notes),
        "Changed": _changes(recipe, left_out),
    }
    lines = [_wrapped(f"{name}: {value}") for name, value in facts.items() if value]
    lines += [_wrapped(sentence) for sentence in _terms(card)]
    return "\n".join([f"The images in {file}: {_line(card.title)}", "", *lines])


def _terms(card: Card) -> list[str]:
    """What the licence means for who passes the images on."""
    if "NC" in card.licence.upper().replace("-", " ").split():
        return [NOT_COMMERCIAL]
    return [NOT_STATED] if card.licence == "not stated" else []


def _changes(recipe: PreparationSpec, left_out: bool) -> str:
    """What Medcore did to the images, in one paragraph; "" for nothing."""
    names = [catalog.PREPARATIONS[name].label for name in recipe.steps]
    if not names:
        return ""
    variants = ""
    if recipe.of("augmentation"):
        variants = (
            " The variants drawn for every epoch were too many for this ZIP: training takes the images without them, "
            "and the curves differ from Medcore's."
            if left_out
            else " The variants drawn for every epoch are here, as augmented_images."
        )
    return f"Medcore prepared the images ({', '.join(names)}; see specs.json).{variants}"


def _line(text: str) -> str:
    return " ".join(text.split())


def _wrapped(text: str) -> str:
    return textwrap.fill(_line(text), WIDTH, break_on_hyphens=False, break_long_words=False)
