"""The code of an exported script around the training: packages, images, classics, evaluation, runs and results."""

IMPORTS = (
    "import csv",
    "import time",
    "from pathlib import Path",
    "import numpy as np",
)

NETWORK_IMPORTS = (
    "import logging",
    "import os",
    "import random",
    "from typing import Any",
    "import keras",
    "from keras import ops",
)

QUIET = """
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # TensorFlow says less as it starts
"""

QUIETER = """
logging.getLogger("tensorflow").setLevel("ERROR")  # a new network for every run is what we want
"""

IMAGES = '''
FOLDER = Path(__file__).parent if "__file__" in globals() else Path()  # a notebook runs in its own folder


def load(name: str) -> dict[str, np.ndarray]:
    """Images (n, height, width, channels) as float32, labels (n,), and the names of the classes."""
    with np.load(FOLDER / name) as file:
        data = {key: file[key] for key in file.files}
    for split in ("train", "val", "test"):
        images = data[f"{split}_images"]
        data[f"{split}_images"] = images.astype("float32") / 255 if images.dtype == np.uint8 else images
    return data
'''

EVALUATE = '''
def evaluate(probabilities: np.ndarray, labels: np.ndarray) -> dict:
    """How good the probabilities (n, classes) are of images that were not trained on."""
    classes = probabilities.shape[1]
    if not np.isfinite(probabilities).all():
        return dict.fromkeys(("accuracy", "low", "high", "balanced_accuracy", "auc"), float("nan"))
    pairs = labels * classes + probabilities.argmax(axis=1)
    confusion = np.bincount(pairs, minlength=classes**2).reshape(classes, classes)
    right, n = int(confusion.trace()), len(labels)
    low, high = wilson(right, n)
    positives = [c for c in np.unique(labels) if classes > 2 or c == 1]
    kinds = [(labels == c, probabilities[:, c]) for c in positives if (labels != c).any()]
    areas = [placements(positive, scores)[positive].mean() for positive, scores in kinds]
    return {
        "accuracy": right / n,
        "low": low,
        "high": high,
        "balanced_accuracy": float(_balanced_accuracy(confusion)),
        "auc": float(np.mean(areas)) if areas else float("nan"),
    }
'''

FIT_CLASSIC = '''
def fit_classic(label: str, data: dict, settings: dict) -> tuple[list[dict], dict]:
    """Fits a classic, which has no epochs; no history, and the probabilities of validation and test images."""
    name, options = settings["model"]
    images, labels = data["train_images"], data["train_labels"]
    weighted, seed = settings["class_weights"], settings["seed"]
    model = CLASSICS[name](len(data["class_names"]), len(labels), weighted, seed, **options)
    model.fit(images, labels)
    return [], {split: model.probabilities(data[f"{split}_images"]) for split in ("val", "test")}
'''
NETWORK, CLASSIC = "fit_network", "fit_classic"
EITHER = 'fit_classic if settings["model"][0] in CLASSICS else fit_network'
TRANSFER = 'fit_transfer if settings["source"] else fit_network'

RUN = """
histories, results = [], []
for label, own in RUNS.items():
    settings = SHARED | own
    data = load(settings["data"])
    print(f"\\n{label}")
    began = time.perf_counter()
    fit = FITTER
    rows, probabilities = fit(label, data, settings)
    seconds = time.perf_counter() - began
    histories += rows
    val, test = (evaluate(probabilities[split], data[f"{split}_labels"]) for split in ("val", "test"))
    results.append({"run": label, "val_accuracy": val["accuracy"]} | test | {"seconds": round(seconds, 1)})
"""

SAVE = '''
def save(name: str, rows: list[dict]) -> None:
    """Writes a table that every spreadsheet opens; a cell stays empty where a row does not have its column."""
    columns = list(dict.fromkeys(column for row in rows for column in row))
    with (FOLDER / name).open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, columns)
        writer.writeheader()
        writer.writerows(rows)
'''

RESULTS = (
    SAVE
    + """

if histories:
    save("history.csv", histories)
save("results.csv", results)
width = max(len(label) for label in RUNS)
print(f"\\n{'run':{width}}  validation  test   [95% interval]  balanced  AUC    seconds")
for row in results:
    interval = f"[{row['low']:.3f}, {row['high']:.3f}]"
    print(
        f"{row['run']:{width}}  {row['val_accuracy']:.3f}       {row['accuracy']:.3f}  {interval:15}"
        f"  {row['balanced_accuracy']:.3f}     {row['auc']:.3f}  {row['seconds']}"
    )
"""
)
