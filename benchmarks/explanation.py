"""How soon is there a heatmap? Of the small CNN: computed in a warm process, and from the request to its answer."""

import statistics
import time
from collections.abc import Callable, Mapping

from benchmarks import report
from benchmarks.engine import Engine, engine
from medcore.data import sources
from medcore.labs import inside
from medcore.runs import files
from medcore.spec import ExplanationSpec, RunSpec, TrainingSpec
from medcore.spec.explanation import METHODS

TARGETS = {"gradcam_s": ("<=", 0.5), "click_to_map_s": ("<=", 0.5)}
TRAINED = RunSpec(training=TrainingSpec(epochs=1))
"""The CNN on the simulator's images of 64x64 pixels."""


def measure(quick: bool) -> Mapping[str, float]:
    """Medians over images, each another one; the first is not counted.

    Returns:
        Seconds. `gradcam_s`: one map, the network open; `integrated_gradients_s` and so on as well. `check_s`: Grad-CAM
        of the network with its weights in random order, stage by stage. `click_to_map_s`: from the request in the run
        store, through the engine, to the answer there; `first_click_s` opens the network, too.
    """
    times = 5 if quick else 20
    with engine({}) as running:
        base, clicks = _clicks(running, times)
        figures = {"click_to_map_s": statistics.median(clicks[1:]), "first_click_s": clicks[0]}
        return figures | _computed(base, times)


def _clicks(running: Engine, times: int) -> tuple[str, list[float]]:
    """Id of a network that is trained, and how long each answer about it took."""
    sources.snapshot(TRAINED.data.name)  # the page has read it before anybody can click
    running.train({"CNN": TRAINED})
    base = running.store.done(inside.TASKS)[0].id
    wanted = {"methods": ("gradcam",), "randomised": False, "nearest": 0}
    questions = [inside.request(base, TRAINED, ExplanationSpec(index=i, **wanted)) for i in range(times + 1)]
    return base, [running.train(question) for question in questions]


def _computed(base: str, times: int) -> Mapping[str, float]:
    from medcore.data.preparation.pixels import unit_range
    from medcore.explanation import gradcam, randomised
    from medcore.explanation.heatmaps import heatmap
    from medcore.explanation.subject import read_model

    model = read_model(files.folder(base))
    images = unit_range(sources.snapshot(TRAINED.data.name)["test"].images[: times + 1])
    figures = {}
    for method in METHODS:
        taken = [_timed(lambda image=image, by=method: heatmap(model, image, by, 1)) for image in images]
        figures[f"{method}_s"] = statistics.median(taken[1:])

    def check() -> None:
        with randomised.cascade(model) as stages:
            for _ in stages:
                gradcam.heatmaps(model, images[:1], 1)

    return figures | {"check_s": statistics.median(_timed(check) for _ in range(3))}


def _timed(work: Callable[[], object]) -> float:
    since = time.perf_counter()
    work()
    return time.perf_counter() - since


if __name__ == "__main__":
    report.run(measure, TARGETS, __doc__)
