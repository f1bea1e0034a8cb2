"""The code of an exported script of domain adaptation: one function a method, around the same training."""

TRAIN = '''
def batch_of(settings: dict, n: int) -> int:
    """Images an update, of n."""
    return n if settings["batch_size"] == "all" else min(settings["batch_size"], n)


def accuracy(model: keras.Model, images: np.ndarray, labels: np.ndarray) -> float:
    """Share of the images that are classified rightly."""
    return float((model.predict(images, batch_size=256, verbose=0).argmax(axis=1) == labels).mean())


def train(
    network: keras.Model,
    data: dict,
    target: dict,
    settings: dict,
    order: Callable[[int], np.ndarray] | None = None,
    finish: Callable[[], None] | None = None,
    around: Callable[[Any], Any] | None = None,
) -> tuple[list[dict], list[np.ndarray]]:
    """Trains a network on `data`, and looks at the target's test images after each epoch.

    Args:
        order: the numbers of the images of an epoch; each once where nothing else is said.
        finish: what becomes of the network behind its training: it is looked at as if this epoch were the last.
        around: makes of the loss one that takes images without labels, too.

    Returns:
        The losses and accuracies of every epoch; and the weights that the target's test labels like best.
    """
    labels, classes = data["train_labels"], len(data["class_names"])
    order = order or (lambda epoch: order_of(settings["seed"], epoch, len(labels)))
    n = len(order(0))
    batch_size = batch_of(settings, n)
    weights = loss_weights(labels, order(0), classes, settings["class_weights"])
    loss_name, loss_options = settings["loss"]
    loss = LOSSES[loss_name](**loss_options)
    model = Network(network)
    model.compile(
        build_optimizer(model, settings),
        Loss(around(loss) if around else loss),
        metrics=[keras.metrics.SparseCategoricalAccuracy(name="accuracy")],
    )
    rate = LearningRate(learning_rates(settings, -(-n // batch_size)))
    history, best, best_weights, liked, liked_weights = [], None, None, -1.0, None
    for epoch in range(settings["epochs"]):
        rows = order(epoch)
        logs = model.fit(
            data["train_images"][rows],
            labels[rows],
            sample_weight=weights[labels[rows]].astype("float32"),
            batch_size=batch_size,
            shuffle=False,
            validation_data=(data["val_images"], data["val_labels"]),
            validation_batch_size=256,
            callbacks=[rate, keras.callbacks.TerminateOnNaN()],
            verbose=0,
        ).history
        row = {"epoch": epoch + 1} | {name: float(values[0]) for name, values in logs.items()}
        row["loss"], row["val_loss"] = row.pop("data_loss"), row.pop("val_data_loss")
        row["accuracy"] *= n / np.count_nonzero(labels[rows] < classes)  # of the images that have a label
        trained = network.get_weights()
        if finish:
            finish()
        row["target_accuracy"] = accuracy(network, target["test_images"], target["test_labels"])
        if row["target_accuracy"] > liked:
            liked, liked_weights = row["target_accuracy"], network.get_weights()
        network.set_weights(trained)
        history.append(row)
        print(
            f"epoch {row['epoch']}/{settings['epochs']}  loss {row['loss']:.4f}  accuracy {row['accuracy']:.1%}"
            f"  validation: loss {row['val_loss']:.4f}  accuracy {row['val_accuracy']:.1%}"
            f"  target: {row['target_accuracy']:.1%}"
        )
        if not np.isfinite([row["loss"], row["val_loss"]]).all():
            print("The loss is no finite number any more: this run has diverged.")
            break
        if best is None or row["val_loss"] < best["val_loss"]:
            best, best_weights = row, trained
        if settings["patience"] and row["epoch"] - best["epoch"] >= settings["patience"]:
            print(f"No lower validation loss in {settings['patience']} epochs: stopped.")
            break
    if settings["weights"] == "best" and best:
        network.set_weights(best_weights)
    return history, liked_weights
'''

BUILT = '''
Adapted = tuple[keras.Model, list[dict], list[np.ndarray]]  # the network, its history, what the target's labels like


def built(data: dict, settings: dict) -> keras.Model:
    """The network for these images."""
    return build_model(settings, data["train_images"].shape[1:], len(data["class_names"]))
'''

SOURCE_ONLY = '''
def source_only(source: dict, target: dict, settings: dict) -> Adapted:
    """Learns from the source, and is told nothing of the target."""
    network = built(source, settings)
    return network, *train(network, source, target, settings)
'''

TARGET = '''
def on_target(source: dict, target: dict, settings: dict) -> Adapted:
    """Learns from all labels of the target: what could be reached."""
    return source_only(target, target, settings)
'''

ADABN = '''
def adabn(source: dict, target: dict, settings: dict) -> Adapted:
    """Learns from the source; batch normalisation then goes by the mean and variance of the target's images."""
    network = built(source, settings)

    def finish() -> None:
        adapt(network, target["train_images"], pause=lambda: None)

    history, liked = train(network, source, target, settings, finish=finish)
    finish()
    return network, history, liked
'''

ALIGNED = '''
def mixed(source: dict, target: dict, batch: int, seed: int) -> tuple[dict, Callable[[int], np.ndarray]]:
    """The training images of both places, the target's without labels; and the order of an epoch.

    After each batch of the source come as many images of the target.
    """
    n, there = len(source["train_labels"]), len(target["train_labels"])
    unlabelled = np.full(there, len(source["class_names"]))
    both = {
        "train_images": np.concatenate([source["train_images"], target["train_images"]]),
        "train_labels": np.concatenate([source["train_labels"], unlabelled]),
    }

    def order(epoch: int) -> np.ndarray:
        of_target = _enough(n, there, np.random.default_rng([seed, epoch, 1])) + n
        return _alternating(order_of(seed, epoch, n), of_target, batch)

    return source | both, order


def aligned(source: dict, target: dict, settings: dict) -> Adapted:
    """Learns the source's labels, and features that are alike in both places: Deep CORAL, or DANN."""
    n = len(source["train_labels"])
    batch = batch_of(settings, n)
    around = Alignment(settings["method"], settings["weight"], -(-n // batch) * settings["epochs"])
    network = around.wrapped(built(source, settings))
    both, order = mixed(source, target, batch, settings["seed"])
    twice = settings | {"batch_size": 2 * batch}
    return network, *train(network, both, target, twice, order, around=around.loss)
'''

FINE_TUNE = '''
def fine_tuned(source: dict, target: dict, settings: dict) -> Adapted:
    """Learns from the source, and goes on with a few labelled images of the target, more slowly."""
    network, history, _ = source_only(source, target, settings)
    labels, seed = settings["target_labels"], settings["seed"]
    few = target[f"few_{labels}_{seed}"]
    batch = batch_of(settings, labels)
    passes = max(1, -(-FEW_UPDATES * batch // (FEW_EPOCHS * labels)))

    def order(epoch: int) -> np.ndarray:
        return np.concatenate([order_of(seed, epoch * passes + i, labels) for i in range(passes)])

    later = settings | {"epochs": FEW_EPOCHS, "learning_rate": FEW_RATE * settings["learning_rate"]}
    later |= {"schedule": ("constant", {}), "warmup": 0, "patience": None, "weights": "last", "batch_size": batch}
    data = source | {name: target[name][few] for name in ("train_images", "train_labels")}
    second = built(source, settings)
    second.set_weights(network.get_weights())
    print(f"On {labels} labels of the target:")
    rows, liked = train(second, data, target, later, order)
    return second, history + [row | {"epoch": len(history) + row["epoch"]} for row in rows], liked
'''

METHODS = {
    "source_only": ("source_only", SOURCE_ONLY),
    "adabn": ("adabn", ADABN),
    "coral": ("aligned", ALIGNED),
    "dann": ("aligned", ALIGNED),
    "fine_tune": ("fine_tuned", FINE_TUNE),
    "target": ("on_target", TARGET),
}
"""Of each the function, and its code."""

RUN = """
def judged(model: keras.Model, data: dict, split: str) -> dict:
    \"\"\"How good a network is on a split of a place.\"\"\"
    logits = model.predict(data[f"{split}_images"], batch_size=256, verbose=0)
    return evaluate(softmax(logits), data[f"{split}_labels"])


histories, results = [], []
for label, own in RUNS.items():
    settings = SHARED | own
    source, target = load(settings["data"]), load(settings["target"])
    print(f"\\n{label}")
    began = time.perf_counter()
    model, history, liked = METHODS[settings["method"]](source, target, settings)
    if settings["choose_on_target"]:
        model.set_weights(liked)
    seconds = time.perf_counter() - began
    histories += [{"run": label} | row for row in history]
    val = judged(model, target if settings["method"] == "target" else source, "val")
    row = {"run": label, "val_accuracy": val["accuracy"]} | judged(model, target, "test")
    results.append(row | {"source_accuracy": judged(model, source, "test")["accuracy"], "seconds": round(seconds, 1)})
"""
