"""Predict, then reveal, for few and bad labels: what will be ahead where it is hardest?"""

from collections.abc import Mapping, Sequence

from medcore.labs import few_labels as lab
from medcore.labs import few_labels_findings as findings
from medcore.labs.labels import family
from medcore.labs.score_curves import Measured, Point, balanced
from medcore.runs.store import Record
from medcore.spec import RunSpec
from medcore.ui.optimizers import prediction
from medcore.ui.plain import plain

KEY = "line_guess"


def ask(specs: Mapping[str, RunSpec], records: Sequence[Record]) -> None:
    """Asks before the runs and while they train; nobody has to answer."""
    of = prediction.about(specs, records, KEY)
    if not of.specs:
        return
    question = lab.question_of(list(of.specs.values()))
    values = [lab.value_of(question, spec) for spec in of.specs.values()]
    hardest = min(values) if question == "images" else max(values)
    lines = list(dict.fromkeys(map(family, of.specs)))
    of.put(f"What will be ahead at {lab.words(question, hardest)}?", lines)


def reveal(runs: Sequence[Measured], question: str) -> None:
    """Once the runs have ended: whether the guess was ahead, by the balanced accuracy where it is hardest."""
    points = findings.points(runs, question, balanced)
    values = [point.value for point in points]
    if not points or len(set(values)) < 2:
        return
    hardest = min(values) if question == "images" else max(values)
    there = {point.line: point for point in points if point.value == hardest}
    if guess := prediction.guessed(KEY, there):
        prediction.tell(guess, plain(answer(guess, there)))


def answer(guess: str, there: Mapping[str, Point]) -> str:
    """What to say of a guess, by line; the test of differences stands in the sentences beside it."""
    best = max(there.values(), key=lambda point: point.mean)
    own = there[guess]
    if own.line == best.line:
        return f"It has the highest mean there, {own.mean:.1%} balanced accuracy."
    said = f"{best.line} has the highest mean there, {best.mean:.1%} balanced accuracy; your guess {own.mean:.1%}"
    if min(own.n, best.n) < 2:
        return f"{said}. One seed cannot tell whether that is chance."
    return f"{said}. The intervals overlap: it may be chance." if own.high >= best.low else f"{said}."
