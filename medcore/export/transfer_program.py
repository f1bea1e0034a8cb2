"""The code of an exported script of transfer learning: learning elsewhere, then the head, then the last blocks."""

BLOCKS = '''
def last_layers(network: keras.Model) -> dict[str, str]:
    """The layer that ends each block of a network, from the image on."""
    return BLOCKS[network.name]
'''

LEARN_FIRST = '''
LEARNED = {}  # runs that differ in what comes after share what their networks learned before


def reshaped(images: np.ndarray, shape: tuple[int, int, int]) -> np.ndarray:
    """Images (n, height, width, channels) in another shape."""
    before = adapters(images.shape[1:], shape)
    if not before:
        return images
    return keras.Sequential([keras.Input(images.shape[1:]), *before]).predict(images, batch_size=256, verbose=0)


def learned(settings: dict, shape: tuple[int, int, int]) -> dict[str, list[np.ndarray]]:
    """Trains the network on the other set; the weights of each layer, by its name."""
    settings = settings | PRETRAINING | {"epochs": settings["pretraining_epochs"]}
    key = str([shape, *(settings[name] for name in ("pretraining", "epochs", "model", "seed", "precision"))])
    if key not in LEARNED:
        print(f"First {settings['pretraining']}:")
        data = load(settings["pretraining"])
SHAPED        for split in ("train", "val"):
            data[f"{split}_images"] = reshaped(data[f"{split}_images"], shape)
        network = build_model(settings, shape, len(data["class_names"]))
        train(network, data, settings)
        LEARNED[key] = {layer.name: layer.get_weights() for layer in network.layers}
    return LEARNED[key]
'''

IMAGENET = '''
def load_imagenet(network: keras.Model, settings: dict) -> None:
    """Gives the backbone the weights that Keras publishes: of a file beside this one, or else downloaded once."""
    address, checksum = settings["imagenet"]
    file = FOLDER / address.rpartition("/")[2]
    if not file.exists():
        file = keras.utils.get_file(file.name, address, cache_subdir="models", file_hash=checksum)
    backbone(network).load_weights(file)
'''

TAKE_OVER = '''
ANEW = ("logits", "preprocess", "fit_size", "fit_channels")  # they tell the classes apart, and take the images in


def take_over(network: keras.Model, weights: dict[str, list[np.ndarray]]) -> None:
    """Gives a network what another one learned, but for a few layers that belong to its own images and classes."""
    for layer in network.layers:
        if layer.name not in ANEW:
            layer.set_weights(weights[layer.name])
'''

ORIGINS = {
    "imagenet": '''
def from_imagenet(settings: dict, shape: tuple[int, int, int], classes: int) -> keras.Model:
    """The network with weights of ImageNet."""
    network = build_model(settings, shape, classes)
    load_imagenet(network, settings)
    return network
''',
    "run": '''
def from_run(settings: dict, shape: tuple[int, int, int], classes: int) -> keras.Model:
    """The network with the weights that a finished run left; it brings images to the shape that this run's had."""
    base = keras.models.load_model(FOLDER / settings["base"], compile=False)
    network = build_model(settings, INNER, classes)
    take_over(network, {layer.name: layer.get_weights() for layer in base.layers})
    return FITTED
''',
    "set": '''
def from_set(settings: dict, shape: tuple[int, int, int], classes: int) -> keras.Model:
    """The network with what it learns from another set first."""
    weights = learned(settings, shape)
    network = build_model(settings, shape, classes)
    take_over(network, weights)
    return network
''',
}
"""A function for each origin of the weights."""
INNER, FITTED = "inner_shape(base)", "fitted(network, shape)"
AS_IT_IS = "shape", "network"
"""What a network of Keras Applications takes and is, which brings images to its own size."""

SHAPED = """\
        if settings["model"][0] in PREPROCESSING:  # it brings images of every size to its own
            shape = data["train_images"].shape[1:]
"""

STAGES = '''
def train_stage(network: keras.Model, data: dict, settings: dict, unfrozen: int) -> list[dict]:
    """Trains the head and as many blocks before it; the others stay as they are."""
    freeze(network, unfrozen, settings["batch_norm_trains"])
    varies = "augmented_images" in data or settings["model"][1].get("input_noise")
    if varies or unfrozen >= len(last_layers(network)):
        return train(network, data, settings)
    # What frozen layers make of an image never changes: computed once, it stands for the image.
    frozen, part = split(network, unfrozen)
    made = {name: frozen.predict(data[name], batch_size=256, verbose=0) for name in ("train_images", "val_images")}
    return train(part, data | made, settings)


def fit_transfer(label: str, data: dict, settings: dict) -> tuple[list[dict], dict]:
    """Trains a network that has learned before, in one stage or two; as `fit_network`."""
    shape = data["train_images"].shape[1:]
    network = ORIGINS[settings["source"]](settings, shape, len(data["class_names"]))
    drawn = [(v, ops.convert_to_numpy(v)) for v in network.variables if "seed_generator" in v.path]

    print("The head:")
    history = train_stage(network, data, settings, unfrozen=0)
    finite = np.isfinite([history[-1]["loss"], history[-1]["val_loss"]]).all()
    if settings["unfrozen"] and finite:
        print(f"The head, and blocks before it: {settings['unfrozen']}")
        before, best = network.get_weights(), min(row["val_loss"] for row in history)
        for variable, first in drawn:  # dropout draws as in the first stage
            variable.assign(first)
        slow = settings | {"epochs": settings["fine_epochs"], "learning_rate": settings["fine_rate"]}
        second = train_stage(network, data, slow, settings["unfrozen"])
        if settings["weights"] == "best" and min(row["val_loss"] for row in second) > best:
            network.set_weights(before)
        history += [row | {"epoch": len(history) + row["epoch"]} for row in second]
    network.trainable = True
    return [{"run": label} | row for row in history], predictions(network, data)
'''
