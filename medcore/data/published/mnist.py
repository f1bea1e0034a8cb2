"""MNIST, the file that Keras publishes, read without Keras."""

from medcore.data.dataset import Card
from medcore.data.entry import Entry, Remote

NAME = "mnist"
CLASSES = tuple("0123456789")
REMOTE = Remote(
    "https://storage.googleapis.com/tensorflow/tf-keras-datasets/mnist.npz",
    "mnist.npz",
    "sha256:731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1",
)
CARD = Card(
    name=NAME,
    title="MNIST digits",
    task="classification",
    source="Handwritten digits of NIST's Special Databases 1 and 3, centred by LeCun, Cortes and Burges.",
    licence="CC BY-SA 3.0",
    citation="LeCun, Bottou, Bengio, Haffner 1998, Gradient-based learning applied to document recognition, "
    "Proc. IEEE 86(11), doi:10.1109/5.726791",
    labels="The digit that the writer was asked for.",
    notes=(
        "The validation split is 10% of the published training images, drawn with a fixed seed; "
        "writers of train and test differ, writers of train and val do not.",
    ),
    published={
        "accuracy": 0.9925,
        "model": "CNN",
        "source": "Keras example, 12 epochs on 60,000 images",
    },
)


def entry() -> Entry:
    """MNIST as it is published; a folder source takes its place where the file is found."""
    return Entry(
        CARD,
        {"train": 54_000, "val": 6_000, "test": 10_000},
        CLASSES,
        (28, 28, 1),
        available=False,
        how="Download it, or put mnist.npz into a folder named by MEDCORE_DATA.",
        remote=REMOTE,
    )
