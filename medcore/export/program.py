"""The code of an exported script that is not Medcore's own: plain Keras around its models, losses and schedules."""

IMPORTS = (
    "import csv",
    "import logging",
    "import os",
    "import random",
    "import time",
    "from pathlib import Path",
    "from typing import Any",
    "import keras",
    "from keras import ops",
    "import numpy as np",
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

BUILD = '''
def build_model(settings: dict, shape: tuple[int, int, int], classes: int) -> keras.Model:
    """The network, with first weights that follow from the seed alone."""
    name, options = settings["model"]
    keras.config.set_dtype_policy(settings["precision"])
    random.seed(settings["seed"])
    return MODELS[name](shape, classes, **options)
'''

LOSS = '''
class Loss(keras.losses.Loss):
    """Hands a loss of class numbers to Keras, which makes floats of them on the way."""

    def __init__(self, each_image: Any) -> None:
        super().__init__()
        self.each_image = each_image

    def call(self, y_true: Any, y_pred: Any) -> Any:
        return self.each_image(ops.cast(ops.reshape(y_true, (-1,)), "int32"), y_pred)
'''

RATE = '''
def build_optimizer(settings: dict) -> keras.optimizers.Optimizer:
    """Keras' optimizer with all its options."""
    name, options = settings["optimizer"]
    optimizer = OPTIMIZERS[name](learning_rate=settings["learning_rate"], **options)
    # Decoupled decay (Loshchilov & Hutter): it does not pass through the gradient. AdamW would decay by default.
    optimizer.weight_decay = settings["weight_decay"]
    return optimizer


def learning_rates(settings: dict, steps_per_epoch: int) -> np.ndarray:
    """The learning rate of every update."""
    name, options = settings["schedule"]
    updates = np.arange(steps_per_epoch * settings["epochs"])
    lengths = steps_per_epoch, settings["epochs"]
    return settings["learning_rate"] * factors(SCHEDULES[name], options, settings["warmup"], updates, *lengths)


class LearningRate(keras.callbacks.Callback):
    """Sets the learning rate before every update."""

    def __init__(self, rates: np.ndarray) -> None:
        super().__init__()
        self.rates = iter(rates)

    def on_train_batch_begin(self, batch: int, logs: dict | None = None) -> None:
        self.model.optimizer.learning_rate = float(next(self.rates))
'''

AS_THEY_ARE = 'data["train_images"]'
VARIANTS = "variants(data, epoch)"

AUGMENTED = '''
def variants(data: dict, epoch: int) -> np.ndarray:
    """The training images as they were drawn for an epoch (from 0); beyond the last they come again."""
    drawn = data.get("augmented_images")
    return data["train_images"] if drawn is None else drawn[epoch % len(drawn)]
'''

TRAIN = '''
def train(model: keras.Model, data: dict, settings: dict) -> list[dict]:
    """Trains the model; gives the losses and accuracies of every epoch."""
    labels = data["train_labels"]
    n, classes = len(labels), len(data["class_names"])
    batch_size = n if settings["batch_size"] == "all" else min(settings["batch_size"], n)
    weights = class_weights(labels, classes) if settings["class_weights"] else np.ones(classes)
    loss_name, loss_options = settings["loss"]
    model.compile(
        build_optimizer(settings),
        Loss(LOSSES[loss_name](**loss_options)),
        metrics=[keras.metrics.SparseCategoricalAccuracy(name="accuracy")],
    )
    rate = LearningRate(learning_rates(settings, -(-n // batch_size)))
    history, best, best_weights = [], None, None
    for epoch in range(settings["epochs"]):
        order = order_of(settings["seed"], epoch, n)
        logs = model.fit(
            IMAGES[order],
            labels[order],
            sample_weight=weights[labels[order]].astype("float32"),
            batch_size=batch_size,
            shuffle=False,
            validation_data=(data["val_images"], data["val_labels"]),
            validation_batch_size=256,
            callbacks=[rate, keras.callbacks.TerminateOnNaN()],
            verbose=0,
        ).history
        row = {"epoch": epoch + 1} | {name: float(values[0]) for name, values in logs.items()}
        history.append(row)
        print(
            f"epoch {row['epoch']}/{settings['epochs']}  loss {row['loss']:.4f}  accuracy {row['accuracy']:.1%}"
            f"  validation: loss {row['val_loss']:.4f}  accuracy {row['val_accuracy']:.1%}"
        )
        if not np.isfinite([row["loss"], row["val_loss"]]).all():
            print("The loss is no finite number any more: this run has diverged.")
            break
        if best is None or row["val_loss"] < best["val_loss"]:
            best, best_weights = row, model.get_weights()
        if settings["patience"] and row["epoch"] - best["epoch"] >= settings["patience"]:
            print(f"No lower validation loss in {settings['patience']} epochs: stopped.")
            break
    if settings["weights"] == "best" and best:
        model.set_weights(best_weights)
    return history
'''

EVALUATE = '''
def evaluate(model: keras.Model, images: np.ndarray, labels: np.ndarray, classes: int) -> dict:
    """How good the model is on images that it was not trained on."""
    probabilities = softmax(model.predict(images, batch_size=256, verbose=0))
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

RUN = """
histories, results = [], []
for label, own in RUNS.items():
    settings = SHARED | own
    data = load(settings["data"])
    classes = len(data["class_names"])
    print(f"\\n{label}")
    began = time.perf_counter()
    model = build_model(settings, data["train_images"].shape[1:], classes)
    histories += [{"run": label} | row for row in train(model, data, settings)]
    seconds = time.perf_counter() - began
    val = evaluate(model, data["val_images"], data["val_labels"], classes)
    test = evaluate(model, data["test_images"], data["test_labels"], classes)
    results.append({"run": label, "val_accuracy": val["accuracy"]} | test | {"seconds": round(seconds, 1)})
"""

RESULTS = '''
def save(name: str, rows: list[dict]) -> None:
    """Writes a table that every spreadsheet opens."""
    with (FOLDER / name).open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)


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
'''
