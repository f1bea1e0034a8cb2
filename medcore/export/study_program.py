"""The code of an exported cross-validation that is not Medcore's own."""

IMAGES = '''
FOLDER = Path(__file__).parent if "__file__" in globals() else Path()  # a notebook runs in its own folder


def load(name: str) -> dict[str, np.ndarray]:
    """Pool and test images (n, height, width, channels) as float32, labels (n,), each image's fold from 1."""
    with np.load(FOLDER / name) as file:
        data = {key: file[key] for key in file.files}
    for part in ("pool", "test"):
        images = data[f"{part}_images"]
        data[f"{part}_images"] = images.astype("float32") / 255 if images.dtype == np.uint8 else images
    return data
'''

OPTIMIZER = '''
def build_optimizer(settings: dict) -> keras.optimizers.Optimizer:
    """Keras' optimizer with all its options, whose `strengths` of the penalties can be set before every training."""
    name, options = settings["optimizer"]
    optimizer = KIND(learning_rate=settings["learning_rate"], **options)
    # Decoupled decay (Loshchilov & Hutter): it does not pass through the gradient. AdamW would decay by default.
    optimizer.weight_decay = settings["weight_decay"]
    return optimizer
'''
BY_SLOPE, BY_STEP = "penalised(OPTIMIZERS[name])", "PROXIMAL[OPTIMIZERS[name]]"

FITTED = '''
def fitted(images: np.ndarray, labels: np.ndarray, inside: np.ndarray, settings: dict) -> Pixelwise:
    """Mean, spread and choice of pixels, measured on the training images of the fold alone."""
    if settings["fitted_on"] == "all":  # a mistake: the fold that judges has its say
        inside = np.ones(len(labels), bool)
    return measure(images[inside], labels[inside], settings["scale"], settings["screen"])
'''
APPLIED = """\
    pixels = fitted(images, labels, inside, settings)
    images, test_images = pixels(images), pixels(test_images)
"""

TRAIN = '''
def train(model: keras.Model, images: np.ndarray, labels: np.ndarray, classes: int, settings: dict) -> bool:
    """Trains the model as it is; whether its loss stayed a finite number."""
    n = len(labels)
    batch_size = n if settings["batch_size"] == "all" else min(settings["batch_size"], n)
    weights = class_weights(labels, classes) if settings["class_weights"] else np.ones(classes)
    rate = LearningRate(learning_rates(settings, -(-n // batch_size)))
    for epoch in range(settings["epochs"]):
        order = order_of(settings["seed"], epoch, n)
        logs = model.fit(
            images[order],
            labels[order],
            sample_weight=weights[labels[order]].astype("float32"),
            batch_size=batch_size,
            shuffle=False,
            callbacks=[rate, keras.callbacks.TerminateOnNaN()],
            verbose=0,
        ).history
        if not np.isfinite(logs["loss"][0]):
            return False
    return True


def judge(model: keras.Model, images: np.ndarray, labels: np.ndarray, settings: dict) -> tuple[float, np.ndarray]:
    """Loss of the data, without penalty and class weights, and probabilities (n, classes)."""
    name, options = settings["loss"]
    logits = model.predict(images, batch_size=256, verbose=0)
    each = ops.convert_to_numpy(LOSSES[name](**options)(labels, logits))
    return float(each.mean(dtype=np.float64)), softmax(logits)
'''

WALK = '''
def walk(data: dict, fold: int | None, settings: dict) -> Iterator[tuple[dict, np.ndarray | None]]:
    """Trains at every strength, the weakest first, on all images of the pool but those of a fold.

    With a warm start each strength begins with the weights of the one before. Gives a row of the table, and
    the probabilities of the test images where the whole pool trains (a fold of None).
    """
    images, labels, classes = data["pool_images"], data["pool_labels"], len(data["class_names"])
    test_images, inside = data["test_images"], data["fold"] != (fold or 0)
APPLIED    model, optimizer = build_model(settings, images.shape[1:], classes), build_optimizer(settings)
    state = State(model, optimizer)
    model.compile(optimizer, Loss(LOSSES[settings["loss"][0]](**settings["loss"][1])))
    start = values(model.variables)
    for strength in settings["strengths"]:
        l1, l2 = settings["l1_share"] * strength, (1 - settings["l1_share"]) * strength
        state.reset(start)
        optimizer.strengths.assign([l1, l2])
        finite = train(model, images[inside], labels[inside], classes, settings)
        weights = [ops.convert_to_numpy(kernel) for kernel in kernels(model).values()]
        row = {"fold": fold or "all", "strength": strength, "penalty": value(weights, l1, l2)}
        row["zeros"] = sum(int((w == 0).sum()) for w in weights) / sum(w.size for w in weights)
        row["train_loss"], _ = judge(model, images[inside], labels[inside], settings)
        probabilities = None
        if fold and finite:
            row["loss"], found = judge(model, images[~inside], labels[~inside], settings)
            row |= evaluate(found, labels[~inside])
        elif finite:
            probabilities = softmax(model.predict(test_images, batch_size=256, verbose=0))
        yield row, probabilities
        if settings["warm_start"] and finite:
            start = values(model.variables)
'''

RUN = """
settings = SHARED
data = load(settings["data"])
rows, tested = [], []
for fold in [*range(1, int(data["fold"].max()) + 1), None]:
    print(f"\\nFold {fold}" if fold else "\\nAll images of the pool")
    for row, probabilities in walk(data, fold, settings):
        rows.append(row)
        tested += [] if fold else [probabilities]
        score = f"  loss of the fold {row['loss']:.4f}  accuracy {row['accuracy']:.1%}" if "loss" in row else ""
        print(f"lambda {row['strength']:g}  training loss {row['train_loss']:.4f}  zeros {row['zeros']:.1%}{score}")
"""

CHOOSE = '''
def save(name: str, rows: list[dict]) -> None:
    """Writes a table that every spreadsheet opens; a cell stays empty where a row does not have its column."""
    columns = list(dict.fromkeys(column for row in rows for column in row))
    with (FOLDER / name).open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, columns)
        writer.writeheader()
        writer.writerows(rows)


strengths, folds = settings["strengths"], int(data["fold"].max())
losses = np.array([row.get("loss", np.nan) for row in rows if row["fold"] != "all"]).reshape(folds, len(strengths))
mean, error = curve(losses)
lowest, chosen = minimum(mean), one_standard_error(mean, error)
save("folds.csv", rows)
save(
    "curve.csv",
    [
        {"strength": strength, "mean": mean[i], "standard_error": error[i], "chosen": int(i == chosen)}
        for i, strength in enumerate(strengths)
    ],
)
print(f"\\nLowest mean loss at lambda {strengths[lowest]:g}: {mean[lowest]:.4f}, standard error {error[lowest]:.4f}")
print(f"The strongest within one standard error of it: lambda {strengths[chosen]:g}, {mean[chosen]:.4f}")

test = evaluate(tested[chosen], data["test_labels"])  # the one chosen, once
save("test.csv", [{"strength": strengths[chosen]} | test])
print(f"On the test set: accuracy {test['accuracy']:.3f} [{test['low']:.3f}, {test['high']:.3f}]", end="  ")
print(f"balanced accuracy {test['balanced_accuracy']:.3f}  AUC {test['auc']:.3f}")
'''
