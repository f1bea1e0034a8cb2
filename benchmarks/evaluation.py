"""How fast the evaluation panel is drawn anew: a rerun of its page without a browser, over 10,000 predictions.

The data set is one of 10,000 test images in ten classes, made here, in a folder of its own; the images of the pages are
read and sent as for any set.
"""

import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import numpy as np
from streamlit.testing.v1 import AppTest

from benchmarks import pictures, report
from medcore import settings
from medcore.labs import optimizers
from medcore.runs import files
from medcore.runs.store import Store

IMAGES, CLASSES = 10_000, 10
TARGETS = {"panel_redraw_s": ("<=", 0.3)}


def measure(quick: bool) -> dict[str, float]:
    """Seconds of the first look at each view, and of every one after a control was moved (median)."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        os.environ |= {"MEDCORE_HOME": f"{folder}/home", "MEDCORE_DATA": f"{folder}/data"}
        os.environ.pop("MEDCORE_DATABASE", None)
        ids = _made(Path(folder))
        app = AppTest.from_function(_page, default_timeout=120)
        app.query_params |= {"runs": ",".join(ids), "eval_view": "Two runs"}
        app.run()
        first, again = {}, {}
        for view, moves in _moves(4 if quick else 9).items():
            _timed(lambda view=view: app.segmented_control(key="eval_view").set_value(view))
            first[view] = _timed(app.run)
            _until_read(app)
            if app.exception or app.warning:
                raise RuntimeError(next(found.value for found in (*app.exception, *app.warning)))
            again[view] = median(_timed(lambda move=move: move(app).run()) for move in moves)
    names = {view: view.lower().replace(" ", "_") for view in first}
    return {
        "panel_redraw_s": max(again.values()),
        **{f"{names[view]}_redraw_s": seconds for view, seconds in again.items()},
        **{f"{names[view]}_first_s": seconds for view, seconds in first.items()},
    }


def _page() -> None:
    import streamlit as st

    from medcore.ui import state
    from medcore.ui.evaluation import evaluation_panel

    evaluation_panel.show(state.store().find(st.query_params["runs"].split(",")))


def _moves(number: int) -> dict[str, list[Callable[[AppTest], object]]]:
    """By view, controls to move; each to a place where it was not before."""
    some = range(number)
    return {
        "Measures": [lambda app, i=i: app.selectbox(key="eval_class").set_value(str(i % CLASSES)) for i in some],
        "Confusion": [lambda app, i=i: app.selectbox(key="eval_said").set_value(str((i + 1) % CLASSES)) for i in some],
        "Threshold": [lambda app, i=i: app.slider(key="eval_threshold").set_value(0.11 + 0.07 * i) for i in some],
        "Calibration": [lambda app, i=i: app.selectbox(key="eval_class").set_value(str(i % CLASSES)) for i in some],
        "Confidence": [lambda app, i=i: app.selectbox(key="eval_class").set_value(str(i % CLASSES)) for i in some],
        "Two runs": [lambda app, i=i: app.radio(key="eval_only").set_value(_only(app, i)) for i in some],
    }


def _only(app: AppTest, number: int) -> str:
    options = app.radio(key="eval_only").options
    return options[number % len(options)]


def _timed(do: Callable[[], object]) -> float:
    begun = time.perf_counter()
    do()
    return time.perf_counter() - begun


def _until_read(app: AppTest) -> None:
    """Waits for the thread that reads the images; a threshold needs one class."""
    while any("Reading" in info.value for info in app.info):
        app.run()
    app.selectbox(key="eval_class").set_value("1").run()


def _made(folder: Path) -> list[str]:
    """A data set, and two finished runs on it, whose predictions are those of noisy judges."""
    (folder / "data").mkdir()
    sizes = {"train": 100, "val": 2_000, "test": IMAGES}
    splits = {split: pictures.learnable(n, CLASSES, seed) for seed, (split, n) in enumerate(sizes.items())}
    arrays = {f"{split}_images": images[..., 0] for split, (images, _) in splits.items()}
    arrays |= {f"{split}_labels": labels[:, None].astype(np.uint8) for split, (_, labels) in splits.items()}
    np.savez(folder / "data" / "patterns.npz", **arrays)
    store = Store(settings.database_url())
    return [_run(store, name, splits, seed) for seed, name in enumerate(("adam", "momentum"))]


def _run(store: Store, optimizer: str, splits: dict[str, tuple[np.ndarray, np.ndarray]], seed: int) -> str:
    (run_id,) = store.create(optimizers.runs("patterns", "mlp", [optimizer]), "somebody")
    store.claim("small")
    kept = files.folder(run_id)
    kept.mkdir(parents=True)
    (_, val), (_, test) = splits["val"], splits["test"]
    np.savez_compressed(
        kept / "predictions.npz",
        probabilities=_judged(test, seed),
        labels=test,
        rows=np.arange(len(test)),
        val_probabilities=_judged(val, seed + 10),
        val_labels=val,
    )
    result = {
        "test": {"accuracy": 0.7, "auc": 0.9, "n": len(test), "intervals": {}},
        "data": {"classes": [str(c) for c in range(CLASSES)], "sha256": "same"},
        "baseline": {"accuracy": 0.1, "class": "0"},
        "published": {"accuracy": 0.9, "auc": 0.99, "model": "none", "source": "made up"},
        "files": {"model": "model.keras"},
    }
    store.finish(run_id, "done", result=result)
    return run_id


def _judged(labels: np.ndarray, seed: int) -> np.ndarray:
    logits = np.random.default_rng(seed).normal(size=(len(labels), CLASSES)) + 2 * np.eye(CLASSES)[labels]
    powers = np.exp(logits)
    return (powers / powers.sum(axis=1, keepdims=True)).astype(np.float32)


if __name__ == "__main__":
    report.run(measure, TARGETS, __doc__)
