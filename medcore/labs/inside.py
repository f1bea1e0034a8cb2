"""What does a finished network look at? Requests about single images, and the network that is there at once."""

from collections.abc import Mapping
from typing import Any

from medcore import catalog
from medcore.spec import AdaptationSpec, DataSpec, ExplanationSpec, PreparationSpec, RunSpec, TrainingSpec
from medcore.spec.explanation import METHODS

TASKS = ("classification", "transfer", "adapt")
"""Whose finished networks can be looked into."""
NEEDS_MAPS = ("gradcam", "gradcampp")
LABELS = {
    "gradcam": "Grad-CAM",
    "gradcampp": "Grad-CAM++",
    "integrated_gradients": "Integrated gradients",
    "occlusion": "Occlusion",
}
SIGNED = ("integrated_gradients", "occlusion")
"""Whose maps say what speaks against, too."""
ABOUT = {
    "gradcam": "Grad-CAM weighs the maps of a layer by what they mean for the class, and keeps what speaks for it. Its "
    "places are those of the layer's maps: it tells a region, no outline.",
    "gradcampp": "Grad-CAM++ weighs each place by its own gradient, so that several places can count; a map still has "
    "the resolution of its layer.",
    "integrated_gradients": "Integrated gradients share out the logit's rise from a black image to this one among the "
    "pixels. They say what the network adds up, not what a change would do; black pixels always get nothing.",
    "occlusion": "Occlusion hides one patch after the other behind the image's mean value and looks how far the logit "
    "falls. Two places that can stand in for each other both look idle, and it may never have seen a gray patch.",
}
"""What each method says, and what it cannot say."""


def request(
    base: str, trained: RunSpec, wanted: ExplanationSpec, test_data: Mapping[str, Any] | None = None
) -> dict[str, RunSpec]:
    """A question about one image, by its label.

    Args:
        base: id of the finished run.
        trained: its spec.
        wanted: what is asked.
        test_data: "data" and "preparation" of the images that it was tested on, as its result has them, where these
            are not those of its spec: the question is about these then.

    Raises:
        ValueError: if the run left no network.
    """
    if catalog.TASKS[trained.task].family != "network" or trained.task not in TASKS:
        raise ValueError(f"Only trained networks can be looked into. Received: a run of the task {trained.task}")
    adaptation = AdaptationSpec()
    if test_data:
        preparation = PreparationSpec(**(test_data.get("preparation") or {}))
        adaptation = AdaptationSpec("target", DataSpec(**test_data["data"]), preparation)
    spec = RunSpec(
        task="explain",
        data=trained.data,
        model=trained.model,
        preparation=trained.preparation,
        sample=trained.sample,
        seed=trained.seed,
        adaptation=adaptation,
        explanation=wanted,
        base=base,
    )
    return {f"Explanation of {wanted.split} {wanted.index}": spec}


def methods(model: str) -> dict[str, str]:
    """The methods that fit a network, by label; Grad-CAM needs convolutions."""
    maps = model == "cnn" or model in catalog.BACKBONES
    return {LABELS[name]: name for name in METHODS if maps or name not in NEEDS_MAPS}


def start() -> dict[str, RunSpec]:
    """The small network on the simulator, for those who have trained nothing yet."""
    return {"CNN": RunSpec(training=TrainingSpec(epochs=5))}
