"""The code of an exported script that is not Medcore's own: plain Keras around its models, losses and schedules."""

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

BUILD = '''
def build_model(settings: dict, shape: tuple[int, int, int], classes: int) -> keras.Model:
    """The network, with first weights that follow from the seed alone."""
    name, options = settings["model"]
    keras.config.set_dtype_policy(settings["precision"])
    random.seed(settings["seed"])
    return MODELS[name](shape, classes, **options)
'''

PENALISE = '''
class Network(keras.Model):
    """A network that reports the loss of the data apart from the penalties, which Keras adds to it."""

    def __init__(self, network: keras.Model) -> None:
        super().__init__(network.inputs, network.outputs)
        self.data_loss = keras.metrics.Mean(name="data_loss")

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        total = super().compute_loss(x, y, y_pred, sample_weight, training)
        self.data_loss.update_state(total - sum(self.losses), sample_weight=ops.shape(y_pred)[0])
        return total


def lands(settings: dict) -> bool:
    """Whether L1 acts by the proximal step behind every update, not by its slope in the loss."""
    return settings["l1_step"] == "proximal" and settings["l1"] > 0


def penalised_model(network: keras.Model, settings: dict) -> keras.Model:
    """The network with its penalties: on the kernels, not on biases."""
    if not lands(settings):
        for kernel in kernels(network).values():
            kernel.regularizer = keras.regularizers.L1L2(settings["l1"], settings["l2"])
    return Network(network)


def apart(model: keras.Model, logs: dict, settings: dict) -> dict:
    """The losses of the data, and at the end of an epoch the penalty, and the share of weights that are exactly 0."""
    row = {name: float(values[0]) for name, values in logs.items()}
    row["loss"], row["val_loss"] = row.pop("data_loss"), row.pop("val_data_loss")
    weights = [ops.convert_to_numpy(kernel) for kernel in kernels(model).values()]
    zeros = sum(int((kernel == 0).sum()) for kernel in weights) / sum(kernel.size for kernel in weights)
    return row | {"penalty": value(weights, settings["l1"], settings["l2"]), "zeros": zeros}
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

OPTIMIZER = '''
def build_optimizer(model: keras.Model, settings: dict) -> keras.optimizers.Optimizer:
    """Keras' optimizer with all its options."""
    name, options = settings["optimizer"]
    optimizer = OPTIMIZERS[name](learning_rate=settings["learning_rate"], **options)
    # Decoupled decay (Loshchilov & Hutter): it does not pass through the gradient. AdamW would decay by default.
    optimizer.weight_decay = settings["weight_decay"]
    return optimizer
'''

PROXIMAL_OPTIMIZER = '''
def build_optimizer(model: keras.Model, settings: dict) -> keras.optimizers.Optimizer:
    """Keras' optimizer with all its options, and the proximal step behind each of its updates where it is asked for."""
    name, options = settings["optimizer"]
    kind = PROXIMAL[OPTIMIZERS[name]] if lands(settings) else OPTIMIZERS[name]
    optimizer = kind(learning_rate=settings["learning_rate"], **options)
    # Decoupled decay (Loshchilov & Hutter): it does not pass through the gradient. AdamW would decay by default.
    optimizer.weight_decay = settings["weight_decay"]
    if lands(settings):
        optimizer.build(model.trainable_variables)
        optimizer.strengths.assign([settings["l1"], settings["l2"]])
    return optimizer
'''

RATE = '''
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

AS_KERAS_SAYS = "{name: float(values[0]) for name, values in logs.items()}"
APART = "apart(model, logs, settings)"
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
        build_optimizer(model, settings),
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
        row = {"epoch": epoch + 1} | LOGGED
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

FIT_NETWORK = '''
def fit_network(label: str, data: dict, settings: dict) -> tuple[list[dict], dict]:
    """Trains a network; the rows of its history, and the probabilities of validation and test images."""
    model = MADE
    rows = [{"run": label} | row for row in train(model, data, settings)]
    splits = ("val", "test")
    return rows, {s: softmax(model.predict(data[f"{s}_images"], batch_size=256, verbose=0)) for s in splits}
'''
BUILT = 'build_model(settings, data["train_images"].shape[1:], len(data["class_names"]))'

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

RESULTS = '''
def save(name: str, rows: list[dict]) -> None:
    """Writes a table that every spreadsheet opens; a cell stays empty where a row does not have its column."""
    columns = list(dict.fromkeys(column for row in rows for column in row))
    with (FOLDER / name).open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, columns)
        writer.writeheader()
        writer.writerows(rows)


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
'''
