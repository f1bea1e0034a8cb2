"""The code of an exported script that builds and trains networks: plain Keras around Medcore's models and losses."""

BUILD = '''
def build_model(settings: dict, shape: tuple[int, int, int], classes: int) -> keras.Model:
    """The network, with first weights that follow from the seed alone."""
    name, options = settings["model"]
    keras.config.set_dtype_policy(settings["precision"])
    random.seed(settings["seed"])
    return MODELS[name](shape, classes, **options)
'''

DATA_LOSS = '''
class Network(keras.Model):
    """A network that reports the loss of the data apart from what its layers add, which Keras sums up."""

    def __init__(self, network: keras.Model) -> None:
        super().__init__(network.inputs, network.outputs)
        self.data_loss = keras.metrics.Mean(name="data_loss")

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        total = super().compute_loss(x, y, y_pred, sample_weight, training)
        self.data_loss.update_state(total - sum(self.losses), sample_weight=ops.shape(y_pred)[0])
        return total
'''

PENALISE = '''
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

BEST = """\
        if best is None or row["val_loss"] < best["val_loss"]:
            best, best_weights = row, model.get_weights()
        if settings["patience"] and row["epoch"] - best["epoch"] >= settings["patience"]:
            print(f"No lower validation loss in {settings['patience']} epochs: stopped.")
            break
    if settings["weights"] == "best" and best:
        model.set_weights(best_weights)
    return history
"""
"""The end of every epoch and of a training: when it stops, and with which weights."""

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
'''
TRAIN += BEST

FIT_NETWORK = '''
def predictions(model: keras.Model, data: dict) -> dict[str, np.ndarray]:
    """The probabilities (n, classes) of validation and test images."""
    splits = ("val", "test")
    return {s: softmax(model.predict(data[f"{s}_images"], batch_size=256, verbose=0)) for s in splits}


def fit_network(label: str, data: dict, settings: dict) -> tuple[list[dict], dict]:
    """Trains a network; the rows of its history, and the probabilities of validation and test images."""
    model = MADE
    rows = [{"run": label} | row for row in train(model, data, settings)]
    return rows, predictions(model, data)
'''

BUILT = 'build_model(settings, data["train_images"].shape[1:], len(data["class_names"]))'
