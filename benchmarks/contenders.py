"""Who trains beside whom: our loop, plain `model.fit`, torch and JAX, each in a process of its own.

Every contender trains the articles' MLP or CNN from fresh weights, batch 32, the same number of updates on the same
images; it is timed from the first update to the last, with everything compiled by an untimed run before.
"""

import multiprocessing
import os
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any, NamedTuple

import numpy as np

from benchmarks.pictures import learnable

BATCH = 32
RATES = {"adam": 0.001, "minibatch": 0.01, "momentum": 0.01, "nesterov": 0.01, "rmsprop": 0.001, "adagrad": 0.01}
MOMENTUM = {"minibatch": 0.0, "momentum": 0.9, "nesterov": 0.9}
TEST = learnable(2000, seed=1)


class Timing(NamedTuple):
    """What one training took, in s, and the share of test images it then told rightly."""

    cpu: float
    wall: float
    accuracy: float


class Task(NamedTuple):
    """One training. `stream` writes rows down and sends them away, as a run of the page does; ours alone can.

    `val` more images are validated on after each epoch; fit alone does.
    """

    network: str
    optimizer: str
    epochs: int
    images: int
    val: int = 0
    seed: int = 0
    stream: bool = True


Trained = Callable[[], np.ndarray]
"""Gives the logits (n, classes) of the test images."""
Train = Callable[[], Trained]


class Contender:
    """A process that trains as told.

    Args:
        name: "ours", "fit", "torch" or "jax".
        rows: the end of a pipe to which ours sends what it logs.
        pinned: keeps to one thread on the last core; else it is left as it comes.
    """

    def __init__(self, name: str, rows: Connection | None = None, pinned: bool = True) -> None:
        context = multiprocessing.get_context("spawn")
        self._connection, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(name, theirs, rows, pinned), daemon=True)
        self._process.start()

    def train(self, task: Task) -> Timing:
        """Trains, waits, and returns what it took.

        Raises:
            EOFError: if the contender died; it says why on stderr.
        """
        self._connection.send(task)
        return self._connection.recv()

    def close(self) -> None:
        """Ends the process."""
        self._process.kill()
        self._process.join()


def _serve(name: str, tasks: Connection, rows: Connection | None, pinned: bool) -> None:
    if pinned and hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    if pinned:
        os.environ |= dict.fromkeys(("OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS"), "1")
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    begin = {"ours": lambda: _ours(rows), "fit": _fit, "torch": _torch, "jax": _jax}[name]()
    images: dict[int, tuple[np.ndarray, np.ndarray]] = {}
    while True:
        try:
            task = tasks.recv()
        except EOFError:
            return
        if (n := task.images + task.val) not in images:
            images[n] = learnable(n)
        train = begin(task, *images[n])
        cpu, wall = time.process_time(), time.perf_counter()
        trained = train()
        cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
        tasks.send(Timing(cpu, wall, float((trained().argmax(axis=1) == TEST[1]).mean())))


def _ours(rows: Connection) -> Callable[[Task, np.ndarray, np.ndarray], Train]:
    """The loop as a training process runs it: losses, layers and seconds go through its pipe while it trains."""
    from medcore import catalog
    from medcore.runs.child import ChildRun, Line
    from medcore.spec import ModelSpec, OptimizerSpec, RunSpec, TrainingSpec
    from medcore.training import compiled, devices
    from medcore.training.course import Course
    from medcore.training.epochs import order_of
    from medcore.training.journal import Journal

    devices.prepare("small")
    run = ChildRun("0" * 16, Line(rows))

    def begin(task: Task, images: np.ndarray, labels: np.ndarray) -> Train:
        spec = RunSpec(
            model=ModelSpec(task.network),
            optimizer=OptimizerSpec(task.optimizer, RATES[task.optimizer]),
            training=TrainingSpec(task.epochs, BATCH),
            seed=task.seed,
        )
        device = devices.choose(catalog.MODELS[task.network])
        stepper = compiled.stepper(spec, images.shape[1:], 10, "uint8", BATCH, device.precision, device.kind)

        def train() -> Trained:
            data = stepper.load(images, labels, np.ones(10))
            course, journal = Course(spec, len(images), BATCH), Journal(run, stepper.layers, varies=False)
            for epoch in range(task.epochs):
                planned = course.epoch(epoch, order_of(task.seed, epoch, len(images)))
                journal.open(planned)
                stepper.epoch(data, planned, journal.write if task.stream else lambda *_: None)
            return lambda: stepper.logits(TEST[0], lambda: None)

        return train

    return begin


def _fit() -> Callable[[Task, np.ndarray, np.ndarray], Train]:
    """The articles' code."""
    import keras

    models: dict[tuple[str, str], tuple[keras.Model, list[np.ndarray]]] = {}

    def begin(task: Task, images: np.ndarray, labels: np.ndarray) -> Train:
        if (task.network, task.optimizer) not in models:
            model = articles(task.network)
            model.compile(_keras_optimizer(task.optimizer), "sparse_categorical_crossentropy", metrics=["accuracy"])
            model.optimizer.build(model.trainable_variables)
            models[task.network, task.optimizer] = model, [np.array(v.numpy()) for v in model.optimizer.variables]
        model, unused = models[task.network, task.optimizer]
        model.set_weights(articles(task.network, task.seed).get_weights())
        for variable, value in zip(model.optimizer.variables, unused, strict=True):
            variable.assign(value)
        x, n = images / np.float32(255), task.images
        val = (x[n:], labels[n:]) if task.val else None

        def train() -> Trained:
            model.fit(x[:n], labels[:n], batch_size=BATCH, epochs=task.epochs, validation_data=val, verbose=0)
            return lambda: model.predict(TEST[0] / np.float32(255), verbose=0)

        return train

    return begin


def articles(network: str, seed: int = 0) -> Any:
    """The articles' MLP or CNN in plain Keras."""
    import keras
    from keras import layers

    keras.utils.set_random_seed(seed)
    parts = {
        "mlp": [layers.Flatten(), layers.Dense(128, activation="relu")],
        "cnn": [
            layers.Conv2D(32, 3, activation="relu"),
            layers.MaxPooling2D(),
            layers.Conv2D(64, 3, activation="relu"),
            layers.MaxPooling2D(),
            layers.Flatten(),
            layers.Dense(64, activation="relu"),
        ],
    }
    return keras.Sequential([keras.Input((28, 28, 1)), *parts[network], layers.Dense(10, activation="softmax")])


def _keras_optimizer(name: str) -> Any:
    import keras

    if name in MOMENTUM:
        return keras.optimizers.SGD(RATES[name], momentum=MOMENTUM[name], nesterov=name == "nesterov")
    kinds = {"adam": keras.optimizers.Adam, "rmsprop": keras.optimizers.RMSprop, "adagrad": keras.optimizers.Adagrad}
    return kinds[name](RATES[name])


def _torch() -> Callable[[Task, np.ndarray, np.ndarray], Train]:
    """Eager torch with what makes it fast: no denormals, a fused update, channels-last convolutions in bfloat16."""
    import torch
    from torch import nn

    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    layout = torch.channels_last

    def tensor(images: np.ndarray) -> Any:
        scaled = torch.tensor(images.transpose(0, 3, 1, 2).copy()).float() / 255
        return scaled.to(memory_format=layout)

    def begin(task: Task, images: np.ndarray, labels: np.ndarray) -> Train:
        torch.manual_seed(task.seed)
        convolutions = task.network == "cnn"
        parts = [nn.Flatten(), nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 10)]
        if convolutions:
            parts = [nn.Conv2d(1, 32, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(32, 64, 3), nn.ReLU(), nn.MaxPool2d(2)]
            parts += [nn.Flatten(), nn.Linear(1600, 64), nn.ReLU(), nn.Linear(64, 10)]
        model = nn.Sequential(*parts).to(memory_format=layout)
        for layer in model:
            if hasattr(layer, "weight"):  # as Keras begins
                nn.init.xavier_uniform_(layer.weight)
                nn.init.zeros_(layer.bias)
        rate = RATES[task.optimizer]
        if task.optimizer == "adam":
            optimizer = torch.optim.Adam(model.parameters(), rate, eps=1e-7, fused=True)
        else:
            optimizer = torch.optim.SGD(model.parameters(), rate, momentum=MOMENTUM[task.optimizer], fused=True)
        x, y = tensor(images), torch.tensor(labels)

        def logits(batch: Any) -> Any:
            with torch.autocast("cpu", torch.bfloat16, enabled=convolutions):
                return model(batch).float()

        def train() -> Trained:
            losses = []
            for _ in range(task.epochs):
                for rows in torch.randperm(len(x)).split(BATCH):
                    optimizer.zero_grad(set_to_none=True)
                    loss = nn.functional.cross_entropy(logits(x[rows]), y[rows])
                    loss.backward()
                    optimizer.step()
                    losses.append(loss.detach())
            torch.stack(losses).tolist()
            with torch.no_grad():
                return lambda: logits(tensor(TEST[0])).detach().numpy()

        return train

    return begin


def _jax() -> Callable[[Task, np.ndarray, np.ndarray], Train]:
    """An epoch of the MLP with Adam as one `lax.scan`, written out by hand."""
    os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
    import jax
    import jax.numpy as jnp

    def logits(weights: list, images: Any) -> Any:
        hidden = jax.nn.relu(images @ weights[0] + weights[1])
        return hidden @ weights[2] + weights[3]

    def loss(weights: list, images: Any, labels: Any) -> Any:
        p = jax.nn.log_softmax(logits(weights, images))
        return -jnp.take_along_axis(p, labels[:, None], 1).mean()

    def update(state: Any, rows: Any, x: Any, y: Any) -> Any:
        weights, means, squares, t = state
        value, gradients = jax.value_and_grad(loss)(weights, x[rows], y[rows])
        t = t + 1
        means = [0.9 * m + 0.1 * g for m, g in zip(means, gradients, strict=True)]
        squares = [0.999 * v + 0.001 * g * g for v, g in zip(squares, gradients, strict=True)]
        rate = RATES["adam"] * jnp.sqrt(1 - 0.999**t) / (1 - 0.9**t)
        moved = zip(weights, means, squares, strict=True)
        return ([w - rate * m / (jnp.sqrt(v) + 1e-7) for w, m, v in moved], means, squares, t), value

    @jax.jit
    def epoch(state: Any, order: Any, x: Any, y: Any) -> Any:
        return jax.lax.scan(lambda state, rows: update(state, rows, x, y), state, order)

    def begin(task: Task, images: np.ndarray, labels: np.ndarray) -> Train:
        rng = np.random.default_rng(task.seed)
        weights = []
        for fan_in, fan_out in ((784, 128), (128, 10)):
            limit = np.sqrt(6 / (fan_in + fan_out))
            weights += [rng.uniform(-limit, limit, (fan_in, fan_out)).astype(np.float32), np.zeros(fan_out, np.float32)]
        weights = [jnp.asarray(w) for w in weights]
        x, y = jnp.asarray(images.reshape(-1, 784) / np.float32(255)), jnp.asarray(labels.astype(np.int32))

        def train() -> Trained:
            state = (weights, [w * 0 for w in weights], [w * 0 for w in weights], jnp.float32(0))
            for _ in range(task.epochs):
                state, losses = epoch(state, rng.permutation(len(x)).reshape(-1, BATCH), x, y)
                np.asarray(losses)
            return lambda: np.asarray(logits(state[0], TEST[0].reshape(-1, 784) / np.float32(255)))

        return train

    return begin
