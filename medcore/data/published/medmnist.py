"""The twelve 2D sets of MedMNIST v2 at 28x28, as data: what they are, where they lie, what is known of them.

Reference:
    Yang et al. 2023, "MedMNIST v2", doi:10.1038/s41597-022-01721-8; addresses, checksums, labels and sizes as in
    version 3.0.2 of the authors' list (github.com/MedMNIST/MedMNIST, medmnist/info.py).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from medcore.data.dataset import Card
from medcore.data.entry import Entry, Remote

KNOWN_LEAK = "Known leak:"
"""Starts the notes that a first reading of the file replaces by what it finds."""

_CITATION = "Yang et al. 2023, MedMNIST v2, Scientific Data 10:41, doi:10.1038/s41597-022-01721-8"
_TABLE = "ResNet-18 at 28x28, Yang et al. 2023, Table 3"
_ADDRESS = "https://zenodo.org/records/10519652/files/{file}?download=1"


@dataclass(frozen=True)
class Published:
    """One published set.

    Args:
        title: the authors' name of it.
        md5: of the 28x28 file.
        sizes: images in train, val and test.
        classes: name of class 0, 1, …
        channels: 1 gray, 3 RGB.
        source: images, and who made them.
        labels: how the labels came about.
        auc, accuracy: of ResNet-18 at 28x28 on the test set, where we have them.
        licence: as published.
        notes: known faults, one sentence each.
        multi_label: whether an image may have several labels.
    """

    title: str
    md5: str
    sizes: tuple[int, int, int]
    classes: tuple[str, ...]
    channels: int
    source: str
    labels: str
    auc: float | None = None
    accuracy: float | None = None
    licence: str = "CC BY 4.0"
    notes: tuple[str, ...] = ()
    multi_label: bool = False
    modality: str = ""


_ORGANS = (
    "bladder",
    "femur-left",
    "femur-right",
    "heart",
    "kidney-left",
    "kidney-right",
    "liver",
    "lung-left",
    "lung-right",
    "pancreas",
    "spleen",
)
_ORGAN_SOURCE = "Abdominal CT of the Liver Tumor Segmentation Benchmark (LiTS), {view} slices through the organs."
_ORGAN_LABELS = "The organ of the bounding box that the slice was cut from; train, val and test are different scans."

SETS: dict[str, Published] = {
    "pathmnist": Published(
        "PathMNIST",
        "a8b06965200029087d5bd730944a56c1",
        (89_996, 10_004, 7_180),
        (
            "adipose",
            "background",
            "debris",
            "lymphocytes",
            "mucus",
            "smooth muscle",
            "normal colon mucosa",
            "cancer-associated stroma",
            "colorectal adenocarcinoma epithelium",
        ),
        3,
        "Patches of colorectal histology slides stained with haematoxylin and eosin (NCT-CRC-HE-100K, CRC-VAL-HE-7K).",
        "Tissue type of the patch, by pathologists; the test set comes from another clinical centre.",
        0.983,
        0.907,
    ),
    "chestmnist": Published(
        "ChestMNIST",
        "02c8a6516a18b556561a56cbdd36c4a8",
        (78_468, 11_219, 22_433),
        (
            "atelectasis",
            "cardiomegaly",
            "effusion",
            "infiltration",
            "mass",
            "nodule",
            "pneumonia",
            "pneumothorax",
            "consolidation",
            "edema",
            "emphysema",
            "fibrosis",
            "pleural",
            "hernia",
        ),
        1,
        "Frontal chest radiographs of 30,805 patients (NIH ChestX-ray14).",
        "Fourteen findings, several an image, mined from the radiology reports by text analysis.",
        multi_label=True,
        modality="DX",
    ),
    "dermamnist": Published(
        "DermaMNIST",
        "0744692d530f8e62ec473284d019b0c7",
        (7_007, 1_003, 2_005),
        (
            "actinic keratoses and intraepithelial carcinoma",
            "basal cell carcinoma",
            "benign keratosis-like lesions",
            "dermatofibroma",
            "melanoma",
            "melanocytic nevi",
            "vascular lesions",
        ),
        3,
        "Dermatoscopic photographs (HAM10000).",
        "Diagnosis by histology, follow-up, consensus or confocal microscopy.",
        0.917,
        0.735,
        "CC BY-NC 4.0",
    ),
    "octmnist": Published(
        "OCTMNIST",
        "c68d92d5b585d8d81f7112f81e2d0842",
        (97_477, 10_832, 1_000),
        ("choroidal neovascularization", "diabetic macular edema", "drusen", "normal"),
        1,
        "Optical coherence tomography of the retina.",
        "Diagnosis of the source's graders.",
        0.943,
        0.743,
    ),
    "pneumoniamnist": Published(
        "PneumoniaMNIST",
        "28209eda62fecd6e6a2d98b1501bb15f",
        (4_708, 524, 624),
        ("normal", "pneumonia"),
        1,
        "Chest radiographs of children, cropped to the centre.",
        "Diagnosis of the source's physicians.",
        0.944,
        0.854,
        notes=(f"{KNOWN_LEAK} 8 images lie in both train and val.",),
        modality="DX",
    ),
    "retinamnist": Published(
        "RetinaMNIST",
        "bd4c0672f1bba3e3a89f0e4e876791e4",
        (1_080, 120, 400),
        ("grade 0", "grade 1", "grade 2", "grade 3", "grade 4"),
        3,
        "Fundus photographs of the DeepDRiD challenge, cropped to the centre.",
        "Grade of diabetic retinopathy, 0 to 4: an order, which a classifier of five classes does not see.",
        0.717,
        0.524,
    ),
    "breastmnist": Published(
        "BreastMNIST",
        "750601b1f35ba3300ea97c75c52ff8f6",
        (546, 78, 156),
        ("malignant", "normal, benign"),
        1,
        "Breast ultrasound, 780 images.",
        "Malignant against normal and benign together; class 0 is the malignant one.",
        0.901,
        0.863,
        notes=(
            f"{KNOWN_LEAK} one image lies in both train and test, with different labels.",
            "The test set is small (156 images), so 95% intervals are about 10 points wide.",
        ),
        modality="US",
    ),
    "bloodmnist": Published(
        "BloodMNIST",
        "7053d0359d879ad8a5505303e11de1dc",
        (11_959, 1_712, 3_421),
        (
            "basophil",
            "eosinophil",
            "erythroblast",
            "immature granulocytes",
            "lymphocyte",
            "monocyte",
            "neutrophil",
            "platelet",
        ),
        3,
        "Microscopy of single normal blood cells of people without infection or blood disease.",
        "Cell type, by clinical pathologists.",
        0.998,
        0.958,
    ),
    "tissuemnist": Published(
        "TissueMNIST",
        "ebe78ee8b05294063de985d821c1c34b",
        (165_466, 23_640, 47_280),
        (
            "collecting duct, connecting tubule",
            "distal convoluted tubule",
            "glomerular endothelial cells",
            "interstitial endothelial cells",
            "leukocytes",
            "podocytes",
            "proximal tubule segments",
            "thick ascending limb",
        ),
        1,
        "Fluorescence microscopy of human kidney cortex cells (BBBC051), the maximum over seven slices.",
        "Cell type, from 3 reference tissue specimens; the same specimens lie in train, val and test.",
    ),
    "organamnist": Published(
        "OrganAMNIST",
        "68e3f8846a6bd62f0c9bf841c0d9eacc",
        (34_561, 6_491, 17_778),
        _ORGANS,
        1,
        _ORGAN_SOURCE.format(view="axial"),
        _ORGAN_LABELS,
        0.997,
        0.935,
        modality="CT",
    ),
    "organcmnist": Published(
        "OrganCMNIST",
        "b9ceb9546e10131b32923c5bbeaea2b1",
        (12_975, 2_392, 8_216),
        _ORGANS,
        1,
        _ORGAN_SOURCE.format(view="coronal"),
        _ORGAN_LABELS,
        0.992,
        0.900,
        modality="CT",
    ),
    "organsmnist": Published(
        "OrganSMNIST",
        "9ab87b696fb54e2a387ebe992d6ed5f1",
        (13_932, 2_452, 8_827),
        _ORGANS,
        1,
        _ORGAN_SOURCE.format(view="sagittal"),
        _ORGAN_LABELS,
        0.972,
        0.782,
        modality="CT",
    ),
}


def relative(name: str) -> str | None:
    """The published set whose name `name` starts with, such as "pneumoniamnist" for "pneumoniamnist_rebuilt"."""
    return next((key for key in SETS if name.lower().startswith(key)), None)


def remote(name: str) -> Remote:
    """Where the published file lies."""
    file = f"{name}.npz"
    return Remote(_ADDRESS.format(file=file), file, f"md5:{SETS[name].md5}")


def card(name: str) -> Card:
    """The card of a published set."""
    published = SETS[name]
    return Card(
        name=name,
        title=published.title,
        task="multi-label classification" if published.multi_label else "classification",
        source=f"{published.source} MedMNIST v2, 28x28.",
        licence=published.licence,
        modality=published.modality,
        citation=_CITATION,
        labels=published.labels,
        notes=published.notes,
        published=_figures(published),
    )


def derived_card(name: str, relation: str) -> Card:
    """The card of a file whose name says that it was made from the published set `relation`."""
    published = SETS[relation]
    return Card(
        name=name,
        title=f"{published.title}, not the official file ({name})",
        task=card(relation).task,
        source=f"{published.source} Made from MedMNIST's {published.title}, as its name says.",
        licence=published.licence,
        modality=published.modality,
        citation=_CITATION,
        labels=published.labels,
        notes=(
            f"This is not the official {published.title} file: images, order and splits may differ, "
            "so the published figures do not apply.",
        ),
    )


def entries() -> list[Entry]:
    """The twelve sets as they are published; not on this machine unless a folder source finds them."""
    return [
        Entry(
            card(name),
            dict(zip(("train", "val", "test"), published.sizes, strict=True)),
            published.classes,
            (28, 28, published.channels),
            available=False,
            how=MULTI_LABEL.format(title=published.title) if published.multi_label else how(name),
            remote=None if published.multi_label else remote(name),
        )
        for name, published in SETS.items()
    ]


def how(name: str) -> str:
    """How to get a published set, as one sentence."""
    return f"Download it, or put {name}.npz into a folder named by MEDCORE_DATA."


MULTI_LABEL = "{title} has several labels an image, and the labs here take one label an image."


def _figures(published: Published) -> Mapping[str, Any]:
    if published.auc is None:
        return {}
    return {"auc": published.auc, "accuracy": published.accuracy, "model": "ResNet-18", "source": _TABLE}
