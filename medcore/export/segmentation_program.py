"""The code of an exported script of segmentation: masks instead of labels, judged case by case."""

from medcore.export import program, training_program

IMAGES = program.IMAGES.replace(
    "Images (n, height, width, channels) as float32, labels (n,), and the names of the classes.",
    "Images (n, height, width, channels) as float32, masks (n, height, width), and the names of the classes.",
)

IMAGENET = '''
def load_imagenet(network: keras.Model, settings: dict) -> None:
    """Gives the encoder the weights that Keras publishes: of a file beside this one, or else downloaded once."""
    address, checksum = settings["imagenet"]
    file = FOLDER / address.rpartition("/")[2]
    if not file.exists():
        file = keras.utils.get_file(file.name, address, cache_subdir="models", file_hash=checksum)
    name, options = settings["model"]
    published = _network(BACKBONES[name], options.get("alpha", 1.0))
    published.load_weights(file)
    for layer in backbone(network).layers:
        if layer.weights:
            layer.set_weights(published.get_layer(layer.name).get_weights())
'''

LOSS = '''
class Loss(keras.losses.Loss):
    """Hands a loss of class numbers to Keras, which makes floats of them on the way."""

    def __init__(self, each_image: Any) -> None:
        super().__init__()
        self.each_image = each_image

    def call(self, y_true: Any, y_pred: Any) -> Any:
        return self.each_image(ops.cast(y_true, "int32"), y_pred)
'''

JUDGE = '''
TOGETHER = 32  # images whose logits lie in memory at a time


def overlaps(found: Counts, names: np.ndarray) -> dict:
    """Dice and IoU, means over the cases and then the classes, and Dice of all cases as one batch."""
    of_classes = mean(dice(found), axis=0)
    row = {"dice": float(mean(of_classes)), "iou": float(mean(mean(iou(found), axis=0)))}
    row["dice_whole"] = float(mean(whole(found)))
    return row | {f"dice_{name}": float(value) for name, value in zip(names[1:], of_classes)}


def judged(model: keras.Model, data: dict, split: str, each_image: Any) -> tuple[dict, Counts | None]:
    """Loss, accuracy of the pixels and overlaps of the validation or test images, and the pixels of each case."""
    images, truths, names = data[f"{split}_images"], data[f"{split}_masks"], data["class_names"]
    losses, right, found = [], 0, []
    for first in range(0, len(images), TOGETHER):
        part = slice(first, first + TOGETHER)
        values = model.predict(images[part], batch_size=TOGETHER, verbose=0)
        if not np.isfinite(values).all():
            return {"loss": float("nan")}, None
        losses.append(ops.convert_to_numpy(each_image(truths[part].astype("int32"), values)))
        mask = masks(*said(softmax(values)))
        right += np.count_nonzero(mask == truths[part])
        found.append(of_confusions(confusions(truths[part], mask, len(names))))
    case = data[f"{split}_case"]
    pixels = Counts(*(by_unit(np.concatenate(kind), case, case.max() + 1) for kind in zip(*found)))
    row = {"loss": float(np.concatenate(losses).mean()), "accuracy": right / truths.size}
    return row | overlaps(pixels, names), pixels


def interval(pixels: Counts) -> list[float] | None:
    """95% interval of the mean Dice: cases are drawn anew, with replacement."""
    values = dice(pixels)
    there = np.isfinite(values)
    drawn = np.concatenate(list(counts(np.zeros(len(values), int))), axis=1).astype(float)
    of_classes = ratio(np.where(there, values, 0).T @ drawn, there.T.astype(float) @ drawn)
    return percentile(mean(of_classes, axis=0))
'''

AS_THEY_ARE = 'data["train_images"], data["train_masks"]'
VARIANTS = "variants(data, epoch)"

AUGMENTED = '''
def variants(data: dict, epoch: int) -> tuple[np.ndarray, np.ndarray]:
    """Training images and masks as they were drawn for an epoch (from 0); beyond the last they come again."""
    if "augmented_images" not in data:
        return data["train_images"], data["train_masks"]
    drawn = epoch % len(data["augmented_images"])
    return data["augmented_images"][drawn], data["augmented_masks"][drawn]
'''

TRAIN = '''
def train(model: keras.Model, data: dict, settings: dict, each_image: Any) -> list[dict]:
    """Trains the model; gives the losses, accuracies and overlaps of every epoch."""
    n = len(data["train_masks"])
    batch_size = n if settings["batch_size"] == "all" else min(settings["batch_size"], n)
    accuracy = keras.metrics.SparseCategoricalAccuracy(name="accuracy")
    model.compile(build_optimizer(model, settings), Loss(each_image), metrics=[accuracy])
    rate = LearningRate(learning_rates(settings, -(-n // batch_size)))
    history, best, best_weights = [], None, None
    for epoch in range(settings["epochs"]):
        order = order_of(settings["seed"], epoch, n)
        images, truths = TAKEN
        logs = model.fit(
            images[order],
            truths[order],
            batch_size=batch_size,
            shuffle=False,
            callbacks=[rate, keras.callbacks.TerminateOnNaN()],
            verbose=0,
        ).history
        row = {"epoch": epoch + 1} | {name: float(values[0]) for name, values in logs.items()}
        row |= {f"val_{name}": value for name, value in judged(model, data, "val", each_image)[0].items()}
        history.append(row)
        if not np.isfinite([row["loss"], row["val_loss"]]).all():
            print("The loss is no finite number any more: this run has diverged.")
            break
        print(
            f"epoch {row['epoch']}/{settings['epochs']}  loss {row['loss']:.4f}  accuracy {row['accuracy']:.1%}"
            f"  validation: loss {row['val_loss']:.4f}  Dice {row['val_dice']:.3f}"
        )
'''
TRAIN += training_program.BEST

RUN = """
histories, results = [], []
for label, own in RUNS.items():
    settings = SHARED | own
    data = load(settings["data"])
    print(f"\\n{label}")
    began = time.perf_counter()
    model = build_model(settings, data["train_images"].shape[1:], len(data["class_names"]))
PRETRAINED    name, options = settings["loss"]
    each_image = LOSSES[name](**options)
    histories += [{"run": label} | row for row in train(model, data, settings, each_image)]
    seconds = time.perf_counter() - began
    val, _ = judged(model, data, "val", each_image)
    test, pixels = judged(model, data, "test", each_image)
    low, high = (pixels and interval(pixels)) or (float("nan"), float("nan"))
    results.append({"run": label, "val_dice": val.get("dice"), "low": low, "high": high} | test)
    results[-1]["seconds"] = round(seconds, 1)
"""

PRETRAINED = """\
    if "imagenet" in settings:
        load_imagenet(model, settings)
"""

RESULTS = (
    program.SAVE
    + """

save("history.csv", histories)
save("results.csv", results)
width = max(len(label) for label in RUNS)
print(f"\\n{'run':{width}}  Dice   [95% interval]  IoU    as one batch  accuracy  seconds")
for row in results:
    if "dice" not in row:
        print(f"{row['run']:{width}}  it diverged: there is nothing to measure")
        continue
    interval_text = f"[{row['low']:.3f}, {row['high']:.3f}]"
    print(
        f"{row['run']:{width}}  {row['dice']:.3f}  {interval_text:15} {row['iou']:.3f}  {row['dice_whole']:.3f}"
        f"         {row['accuracy']:.3f}     {row['seconds']}"
    )
"""
)
