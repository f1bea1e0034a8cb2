"""Which pixels of an image of one's own are it? The request, which has nothing of the image in it."""

from medcore.spec import DataSpec, RunSpec, SegmentationSpec

LABEL = "Segmentation"


def request(name: str, base: str, trained: RunSpec, wanted: SegmentationSpec) -> dict[str, RunSpec]:
    """A question about one slice or one volume, by its label.

    Args:
        name: of `own_volume.keep`.
        base: id of the finished run that is asked.
        trained: its spec.
        wanted: variants, overlap and whether to resample.

    Raises:
        ValueError: if the run learned no masks.
    """
    if trained.task != "segment":
        raise ValueError(f"Only networks that learned masks can draw one. Received: a run of the task {trained.task}")
    spec = RunSpec(
        task="segment_image",
        data=DataSpec(name),
        model=trained.model,
        loss=trained.loss,
        segmentation=wanted,
        base=base,
    )
    return {LABEL: spec}
