"""An upload is segmented: how much memory does a large volume take, and how soon does a slice have its mask?

The network is a U-Net with the weights it starts from: how long it takes does not depend on what it has learned.
"""

import contextlib
import io
import multiprocessing
import os
import statistics
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from playwright.sync_api import Page

from benchmarks import report
from benchmarks.browser import chromium
from benchmarks.server import serve
from medcore import settings
from medcore.data import own_volume, session_sets
from medcore.data.own_volume import Learned, OwnVolume, Seen
from medcore.data.turn import Turn
from medcore.labs import own_segmentations, segmentation
from medcore.runs import files
from medcore.runs.store import Store
from medcore.spec import RunSpec, SegmentationSpec
from medcore.training.run import Row

TARGETS = {"volume_peak_mb": ("<=", 2048), "slice_shown_p50_ms": ("<=", 500)}
VOLUME, SLICE = (100, 512, 512), (128, 128)
LOOKED_AT = 5
"""Slices that are then seen in seven ways: each takes as much memory as any other, and seven times as long."""
SIDE = 128
"""Of the images that the network learned from."""
PATIENCE_MS = 120_000
BUTTON = ".st-key-own_ask button"

# Clicks, and gives the milliseconds until another mask has its legend, and its slice has come and is painted.
CLICK = """(button, legend) => new Promise((done) => {
    const FRAME = 100
    const before = legend.firstChild
    performance.clearResourceTimings()
    const begun = performance.now()
    let named = 0
    const look = () => {
        if (!named && legend.firstChild !== before && legend.textContent.includes("lesion")) named = performance.now()
        const slices = performance.getEntriesByType("resource").filter(({ name }) => name.includes("mask=1"))
        const come = named && slices.some(({ startTime }) => startTime >= named - FRAME)
        if (come) requestAnimationFrame(() => setTimeout(() => done(performance.now() - begun)))
        else requestAnimationFrame(look)
    }
    button.click()
    look()
})"""


def measure(quick: bool) -> Mapping[str, float]:
    """Both figures; quick, of a quarter of the volume and of fewer slices."""
    return {"volume_peak_mb": volume_peak_mb(quick), "slice_shown_p50_ms": slice_shown_p50_ms(quick)}


def volume_peak_mb(quick: bool = False) -> float:
    """Most memory, in MB, that a training process ever has while it segments 512 x 512 x 100 voxels of int16."""
    shape = (VOLUME[0] // 4, *VOLUME[1:]) if quick else VOLUME
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe(duplex=False)
    with _home() as home:
        process = context.Process(target=_segment, args=(shape, str(home), there))
        process.start()
        there.close()
        try:
            return here.recv()
        finally:
            process.join()


def _segment(shape: tuple[int, int, int], home: str, said: Any) -> None:
    """In a process of its own: the peak is of the whole process, Keras and all."""
    import resource

    from medcore.inference import segment_image
    from medcore.training import devices

    os.environ["MEDCORE_HOME"] = home
    devices.prepare("large", threads=os.cpu_count() or 1, gpu=None)
    trained = _trained()
    base = files.folder("0123456789abcdef")
    _save(trained, base)
    values = np.random.default_rng(0).integers(-200, 300, shape, np.int16)
    learned = Learned(trained.to_dict(), ("background", "lesion"), (SIDE, SIDE, 1), (1.0, 1.0))
    for variants, slices in (("none", shape[0]), ("mild", LOOKED_AT)):
        seen = Seen(Turn(), 0, slices, (-50.0, 200.0), spacing=(1.0, 1.0), step=2.5)
        name = own_volume.keep(OwnVolume(values, np.tile([1.0, 0.0], (shape[0], 1)), seen, learned))
        wanted = SegmentationSpec(variants=variants, overlap=0.25)
        (asked,) = own_segmentations.request(name, base.name, trained, wanted).values()
        try:
            segment_image.segment(asked, _Alone(base.parent / "asked"))
        finally:
            session_sets.forget(name)
    said.send(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


class _Alone:
    """A run that nobody watches."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def plan(self, **facts: Any) -> None:
        pass

    def status(self, sentence: str) -> None:
        pass

    def log(self, rows: list[Row]) -> None:
        pass

    def cancelled(self) -> bool:
        return False


def slice_shown_p50_ms(quick: bool = False) -> float:
    """Median of the milliseconds from a click on Segment to the mask of a slice of 128 x 128 over it, in a browser."""
    with _home() as home:
        run_id = _finished()
        with serve(environment={"MEDCORE_HOME": str(home)}) as server, chromium() as browser:
            page = browser.new_page(viewport={"width": 1280, "height": 1000})
            page.goto(f"{server.url}/segmentation_demo?part=Your+own+images&model={run_id}&own_variants=None")
            _upload(page)
            taken = [_click(page) for _ in range(6 if quick else 21)]
    return statistics.median(taken[1:])  # the first one starts the training process' graph


def _click(page: Page) -> float:
    return page.locator(BUTTON).first.evaluate(CLICK, page.locator(".viewer .legend").element_handle())


def _upload(page: Page) -> None:
    """A slice with noise, and waits until it can be asked about."""
    buffer = io.BytesIO()
    np.save(buffer, np.random.default_rng(0).integers(0, 256, SLICE, np.uint8))
    field = page.locator("[data-testid='stFileUploaderDropzoneInput']")
    field.set_input_files({"name": "slice.npy", "mimeType": "application/octet-stream", "buffer": buffer.getvalue()})
    page.locator(f"{BUTTON}:enabled").first.wait_for(timeout=PATIENCE_MS)


def _trained() -> RunSpec:
    """The default run of the lab, of images of 128 x 128."""
    (spec,) = segmentation.runs().values()
    return spec


def _finished() -> str:
    """Id of a run that says that it has ended, with a network."""
    store, spec = Store(settings.database_url()), _trained()
    (run_id,) = store.create({"U-Net": spec}, "benchmark")
    store.claim(spec.size)
    data = {"classes": ["background", "lesion"]}
    store.finish(run_id, "done", result={"seconds": 1.0, "data": data, "spacing": [1.0, 1.0], "receptive_field": 1})
    store.close()
    process = multiprocessing.get_context("spawn").Process(target=_save, args=(spec, files.folder(run_id)))
    process.start()
    process.join()
    return run_id


def _save(spec: RunSpec, folder: Path) -> None:
    from medcore import catalog

    build = catalog.resolve(catalog.MODELS[spec.model.name].target)
    folder.mkdir(parents=True, exist_ok=True)
    build((SIDE, SIDE, 1), 2, **spec.model.options).save(folder / "model.keras")


@contextlib.contextmanager
def _home() -> Iterator[Path]:
    """A home folder of its own; this process' settings are put back."""
    before = os.environ.get("MEDCORE_HOME")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        os.environ["MEDCORE_HOME"] = folder
        try:
            yield Path(folder)
        finally:
            os.environ.pop("MEDCORE_HOME")
            if before is not None:
                os.environ["MEDCORE_HOME"] = before


if __name__ == "__main__":
    report.run(measure, TARGETS, __doc__)
