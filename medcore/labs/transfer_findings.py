"""What the runs of the transfer lab measured: whether what was learned elsewhere helped, and how surely."""

import math
from collections.abc import Mapping, Sequence

from medcore.labs import score_curves
from medcore.labs import transfer as lab
from medcore.labs.score_curves import Measured, Metric, Point, Scores, balanced, listed, mean, paired, percent_points

ALONE = "Nothing was trained from scratch beside it, so what it is worth to have learned before is not known."


def points(runs: Sequence[Measured], metric: Metric) -> list[Point]:
    """Means over the seeds against the number of labelled images."""
    return score_curves.points(runs, lab.images_of, metric)


def sentences(runs: Sequence[Measured]) -> list[str]:
    """What was found, in numbers, as far as the seeds can tell; [] as long as there is nothing to compare."""
    scores = score_curves.scores(runs, lab.images_of, balanced)
    if len(scores) < 2:
        return []
    step = 1 / runs[0].result["test"]["n"]
    new = [lab.WAYS[way] for way in ("scratch", "small") if lab.WAYS[way] in scores]
    known = {line: of for line, of in scores.items() if line not in new}
    if not new or not known:
        return [*_deeper(known, step), ALONE] if known else []
    scratch = scores[new[0]]
    return [*_helped(known, scratch, step, new[0]), *_saved(known, scratch), *_deeper(known, step)]


def _helped(known: Mapping[str, Scores], scratch: Scores, step: float, name: str) -> list[str]:
    """Where few images were, and with how many, the networks that had learned before were ahead of those that had not.

    At every number of images the best of them is held against training from scratch; that it was picked there, and
    at every number, makes its intervals wider.
    """
    intervals = against_scratch(known, scratch, step)
    if not intervals:
        return []
    few = next(iter(intervals))
    line = best_of(known, few)
    first = known[line][few]
    figures = f"{line} {mean(first):.1%}, {name[0].lower()}{name[1:]} {mean(scratch[few]):.1%}"
    start = f"With {lab.words(few)}: {figures} balanced accuracy"
    said = f"{start}: {_difference(first, scratch[few], intervals[few])}."
    alone = all(math.isnan(low) for low, _ in intervals.values())  # of one seed enough is said
    return [said if alone else f"{said} {_listed(intervals)}"]


def against_scratch(known: Mapping[str, Scores], scratch: Scores, step: float) -> dict[float, tuple[float, float]]:
    """By number of images the interval of the best network that had learned before less the one from scratch.

    Args:
        known: scores of those that had, by line.
        step: in which the scores come.
    """
    shared = [images for images in scratch if any(images in of for of in known.values())]
    pairs = len(known) * len(shared)
    return {images: paired(known[best_of(known, images)][images], scratch[images], step, pairs) for images in shared}


def best_of(known: Mapping[str, Scores], images: float) -> str:
    """The line with the highest mean at a number of images."""
    return max((line for line in known if images in known[line]), key=lambda line: mean(known[line][images]))


def _difference(ahead: Mapping[int, float], behind: Mapping[int, float], interval: tuple[float, float]) -> str:
    """What was learned elsewhere gains or costs, with the interval of the difference seed by seed."""
    low, high = interval
    gain = mean(ahead) - mean(behind)
    points = f"{percent_points(gain)} points"
    if low != low:  # one seed leaves no interval
        return f"{points}, but one seed cannot tell whether that is chance"
    points += f" (95% interval {percent_points(low)} to {percent_points(high)})"
    if low > 0:
        return f"what was learned elsewhere helps by {points}"
    return f"what was learned elsewhere does harm, {points}" if high < 0 else f"{points}, which may be chance"


def _listed(intervals: Mapping[float, tuple[float, float]]) -> str:
    """At which numbers of images it helped, did harm, or cannot be told, in one sentence."""
    helped = [images for images, (low, _) in intervals.items() if low > 0]
    harmed = [images for images, (_, high) in intervals.items() if high < 0]
    unsure = [images for images in intervals if images not in helped and images not in harmed]
    if not helped and not harmed:
        return f"With {listed(unsure)} these seeds cannot tell it from training from scratch: nothing is shown to help."
    parts = [f"it helps with {listed(helped)}"] if helped else []
    parts += [f"it does harm with {listed(harmed)}"] if harmed else []
    parts += [f"with {listed(unsure)} these seeds cannot tell"] if unsure else []
    text = "; ".join(parts)
    return f"{text[:1].upper()}{text[1:]} (corrected for all of these comparisons)."


def _saved(known: Mapping[str, Scores], scratch: Scores) -> list[str]:
    """How many images from scratch do as well as the fewest did after learning elsewhere."""
    few = min(scratch)
    if not any(few in of for of in known.values()):
        return []
    line = best_of(known, few)
    reached = mean(known[line][few])
    if reached <= mean(scratch[few]):
        return []
    enough = next((images for images, of in scratch.items() if mean(of) >= reached), None)
    if enough is None:
        most = lab.words(max(scratch))
        return [f"On average, not even {most} are enough from scratch for what {line} reaches with {few:,.0f}."]
    return [f"On average, it takes {lab.words(enough)} from scratch for what {line} reaches with {few:,.0f}."]


def _deeper(known: Mapping[str, Scores], step: float) -> list[str]:
    """Whether it was worth it to let blocks change, at the fewest images and at the most."""
    frozen = known.get(lab.WAYS["frozen"])
    tuned = {line: of for line, of in known.items() if line != lab.WAYS["frozen"]}
    if frozen is None or not tuned:
        return []
    shared = sorted(set(frozen) & set.intersection(*(set(of) for of in tuned.values())))
    said = []
    for images in dict.fromkeys((shared[0], shared[-1]) if shared else ()):
        line = best_of(tuned, images)
        low, high = paired(tuned[line][images], frozen[images], step, 2 * len(tuned))
        gain = percent_points(mean(tuned[line][images]) - mean(frozen[images]))
        end = "more than chance explains" if low > 0 or high < 0 else "which may be chance"
        said.append(f"{gain} points with {lab.words(images)} ({line}), {end}")
    return [f"Against frozen features, fine-tuning: {'; '.join(said)}."] if said else []
