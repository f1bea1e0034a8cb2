"""The steps that prepare images, by stage."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from medcore.catalog.choices import Choice, Parameter, Selection

STAGES = {
    "corruption": "Corruption",
    "window": "Window",
    "size": "Size",
    "denoising": "Denoising",
    "equalisation": "Equalisation",
    "augmentation": "Augmentation",
    "normalisation": "Normalisation",
}
"""What happens to an image before a network sees it, in this order: name to label."""


@dataclass(frozen=True)
class PreparationChoice(Choice):
    """One step of a recipe for images.

    Args:
        stage: a name of `STAGES`; decides when the step is applied and what its target takes.
        hurts: one sentence on when the step does harm.
        moves: whether its target says where pixels come from, so that masks go along, instead of what they become.
    """

    parameters: Mapping[str, "Parameter | Selection"] = field(default_factory=dict)
    stage: str = "corruption"
    hurts: str = ""
    moves: bool = False


_PREPARATION = "medcore.data.preparation"
_SCOPE = Selection(
    "Statistics of",
    "image",
    {"image": "Each image", "train": "Training set"},
    "One image's own values, or those of all training images; never those of validation or test images.",
)

PREPARATIONS: dict[str, PreparationChoice] = {
    "gaussian_noise": PreparationChoice(
        "Gaussian noise",
        f"{_PREPARATION}.corruption:gaussian_noise",
        "Adds to every pixel a random number of mean 0, as a warm amplifier does.",
        {"sd": Parameter("Standard deviation", 0.1, 0.01, 0.5, "Of the noise, as a share of the gray scale.")},
        hurts="Fine structures drown first; a network that only ever saw clean images loses far more than a person.",
    ),
    "poisson_noise": PreparationChoice(
        "Poisson noise",
        f"{_PREPARATION}.corruption:poisson_noise",
        "Counts photons, as a detector does: a pixel of N photons varies by the root of N.",
        {
            "photons": Parameter(
                "Photons at white",
                100,
                1,
                10_000,
                "Photons that a white pixel counts: fewer of them is a lower dose.",
                steps=(1, 3, 10, 30, 100, 300, 1_000, 3_000, 10_000),
            )
        },
        hurts="Half the dose is 1.4 times the relative noise: low-contrast lesions vanish first.",
    ),
    "blur": PreparationChoice(
        "Blur",
        f"{_PREPARATION}.corruption:blur",
        "Averages neighbours with Gaussian weights, as an unfocused lens or a smooth kernel does.",
        {"sigma": Parameter("Sigma (px)", 1.5, 0.2, 8.0, "Width of the Gaussian in pixels.")},
        hurts="Edges and texture go; networks that live on texture fail before those that live on shape.",
    ),
    "motion": PreparationChoice(
        "Motion blur",
        f"{_PREPARATION}.corruption:motion_blur",
        "Smears the image along a line: the patient moved at even speed during the exposure.",
        {
            "length": Parameter("Length (px)", 7, 2, 30, "How far the patient moved, in pixels.", integer=True),
            "angle": Parameter("Direction (°)", 0, 0, 180, "0 is to the right, 90 upwards.", integer=True),
        },
        hurts="Edges across the direction go, those along it stay.",
    ),
    "ghosting": PreparationChoice(
        "Motion ghosts",
        f"{_PREPARATION}.corruption:ghosts",
        "The patient of an MR scan shifts back and forth between the lines of k-space, so shifted ghosts appear.",
        {
            "shift": Parameter("Shift (px)", 4, 1, 20, "How far the patient shifts, in pixels.", integer=True),
            "period": Parameter(
                "Period (lines)", 4, 2, 32, "Lines of k-space from one shift to the next.", integer=True
            ),
        },
        hurts="Ghosts look like structure where there is none.",
    ),
    "missing_pixels": PreparationChoice(
        "Missing pixels",
        f"{_PREPARATION}.corruption:missing_pixels",
        "Some pixels are black, here and there, as where elements of a detector are dead.",
        {
            "share": Parameter(
                "Share of pixels",
                0.3,
                0.01,
                0.99,
                "Of the pixels that are lost.",
                steps=(0.01, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 0.99),
            )
        },
        hurts="Filters that look at neighbours see specks everywhere; a median filter puts most of the pixels back.",
    ),
    "missing_lines": PreparationChoice(
        "Missing lines",
        f"{_PREPARATION}.corruption:missing_lines",
        "Some rows are black, as where a detector row is dead or a transfer was cut.",
        {"share": Parameter("Share of lines", 0.1, 0.01, 0.9, "Of the rows that are lost.")},
        hurts="Every lost row makes two edges stronger than any in the anatomy.",
    ),
    "missing_blocks": PreparationChoice(
        "Missing blocks",
        f"{_PREPARATION}.corruption:missing_blocks",
        "Some squares are black, as where a file is damaged or a label covers the image.",
        {
            "count": Parameter("Blocks", 3, 1, 20, "How many squares are lost.", integer=True),
            "side": Parameter("Side", 0.2, 0.05, 0.6, "Of a square, as a share of the image's shorter side."),
        },
        hurts="Where the square hides the lesion, no network can be right.",
    ),
    "inverted_contrast": PreparationChoice(
        "Inverted contrast",
        f"{_PREPARATION}.corruption:inverted_contrast",
        "Black becomes white, as when MONOCHROME1 is read as MONOCHROME2.",
        {"share": Parameter("Share of images", 1.0, 0.05, 1.0, "How many of the images come inverted.")},
        hurts="A network that learnt bright lesions looks in the wrong places; a person sees at once what happened.",
    ),
    "window": PreparationChoice(
        "Window",
        f"{_PREPARATION}.contrast:window",
        "Stretches one range of values from black to white and cuts off the rest, like a CT window.",
        {
            "centre": Parameter("Centre", 0.5, 0.0, 1.0, "Middle of the range, 0 is black and 1 is white."),
            "width": Parameter("Width", 0.6, 0.02, 2.0, "Of the range; narrow is more contrast."),
        },
        stage="window",
        hurts="What lies outside the window is lost, to you and to the network.",
    ),
    "resize": PreparationChoice(
        "Resize",
        f"{_PREPARATION}.resizing:resize",
        "Gives the longer side this many pixels and keeps the proportions, smoothed first where it shrinks.",
        {
            "side": Parameter(
                "Longer side (px)",
                32,
                8,
                256,
                "Of the image the network gets.",
                integer=True,
                steps=(8, 12, 16, 20, 24, 28, 32, 48, 64, 96, 128, 160, 192, 224, 256),
            )
        },
        stage="size",
        hurts="A lesion of three pixels is gone at half the size; enlarging adds time, not information.",
    ),
    "gaussian_filter": PreparationChoice(
        "Gaussian filter",
        f"{_PREPARATION}.denoising:gaussian",
        "Averages neighbours with Gaussian weights: the plainest way to less noise.",
        {"sigma": Parameter("Sigma (px)", 1.0, 0.2, 5.0, "Width of the Gaussian in pixels.")},
        stage="denoising",
        hurts="Edges blur as much as the noise.",
    ),
    "median": PreparationChoice(
        "Median filter",
        f"{_PREPARATION}.denoising:median",
        "Takes the middle value of a neighbourhood: single bad pixels go, edges stay.",
        {"radius": Parameter("Radius (px)", 1, 1, 5, "Of the round neighbourhood.", integer=True)},
        stage="denoising",
        hurts="Corners are rounded and lines thinner than the radius vanish.",
    ),
    "bilateral": PreparationChoice(
        "Bilateral filter",
        f"{_PREPARATION}.denoising:bilateral",
        "Averages neighbours that are near and of similar value, so edges stay.",
        {
            "sigma_color": Parameter("Sigma of values", 0.1, 0.01, 0.5, "Values this far apart hardly mix."),
            "sigma_spatial": Parameter("Sigma (px)", 1.5, 0.5, 5.0, "Pixels this far apart hardly mix."),
        },
        stage="denoising",
        hurts="Strong noise looks like an edge and stays.",
    ),
    "total_variation": PreparationChoice(
        "Total variation",
        f"{_PREPARATION}.denoising:total_variation",
        "Looks for the image near this one with the least sum of slopes: flat areas with sharp edges.",
        {"weight": Parameter("Weight", 0.1, 0.01, 1.0, "How much flatness counts against nearness.")},
        stage="denoising",
        hurts="Texture becomes patches, as in a painting by numbers.",
    ),
    "non_local_means": PreparationChoice(
        "Non-local means",
        f"{_PREPARATION}.denoising:non_local_means",
        "Averages pixels whose surroundings look alike, wherever they are nearby.",
        {
            "h": Parameter("Strength", 0.08, 0.01, 0.5, "How unlike two surroundings may be and still be averaged."),
            "distance": Parameter("Search (px)", 6, 2, 15, "How far to look for alike surroundings.", integer=True),
        },
        stage="denoising",
        hurts="A small lesion that looks like nothing else nearby is kept; one that looks like noise is erased.",
    ),
    "equalize": PreparationChoice(
        "Histogram equalisation",
        f"{_PREPARATION}.contrast:equalize",
        "Gives every gray value as many pixels as any other, over the whole image.",
        stage="equalisation",
        hurts="Values lose their meaning: what was a density in HU becomes a rank, and noise in flat areas grows.",
    ),
    "clahe": PreparationChoice(
        "CLAHE",
        f"{_PREPARATION}.contrast:clahe",
        "Equalises in tiles, with a limit on how much contrast may grow (Zuiderveld 1994).",
        {
            "limit": Parameter(
                "Clip limit",
                0.01,
                0.001,
                0.1,
                "How much contrast may grow; more brings out noise.",
                steps=(0.001, 0.002, 0.005, 0.01, 0.02, 0.03, 0.05, 0.1),
            ),
            "tiles": Parameter(
                "Tiles a side", 8, 2, 16, "The image is divided into this many by this many.", integer=True
            ),
        },
        stage="equalisation",
        hurts="The same tissue gets different values in different places.",
    ),
    "flip": PreparationChoice(
        "Flip",
        f"{_PREPARATION}.augmentation:flip",
        "Mirrors some images: anew each epoch, training images only.",
        {
            "horizontal": Parameter("Left to right", 0.5, 0.0, 1.0, "How often an image is mirrored left to right."),
            "vertical": Parameter("Upside down", 0.0, 0.0, 1.0, "How often an image is turned upside down."),
        },
        stage="augmentation",
        hurts="Where the side matters (heart, liver, handwriting) it teaches what does not exist.",
        moves=True,
    ),
    "rotate": PreparationChoice(
        "Rotate",
        f"{_PREPARATION}.augmentation:rotate",
        "Turns each image about its centre by a random angle.",
        {
            "degrees": Parameter(
                "Up to (°)", 10, 1, 180, "The angle is drawn evenly from minus to plus this.", integer=True
            )
        },
        stage="augmentation",
        hurts="Beyond the angles that patients lie at, effort goes into images that never come.",
        moves=True,
    ),
    "shift": PreparationChoice(
        "Shift",
        f"{_PREPARATION}.augmentation:shift",
        "Moves each image by a random distance; the border's values fill the gap.",
        {"share": Parameter("Up to", 0.1, 0.01, 0.4, "Of the side, in both directions.")},
        stage="augmentation",
        hurts="A lesion at the border may leave the image while its label stays.",
        moves=True,
    ),
    "zoom": PreparationChoice(
        "Zoom",
        f"{_PREPARATION}.augmentation:zoom",
        "Enlarges or shrinks each image by a random factor.",
        {
            "factor": Parameter(
                "Up to a factor of", 1.2, 1.01, 2.0, "Drawn between this and its inverse, evenly in its logarithm."
            )
        },
        stage="augmentation",
        hurts="Where size is the finding, as with lymph nodes or the heart, it erases it.",
        moves=True,
    ),
    "elastic": PreparationChoice(
        "Elastic",
        f"{_PREPARATION}.augmentation:elastic",
        "Bends each image by a smooth random field (Simard 2003).",
        {
            "strength": Parameter(
                "Strength",
                0.02,
                0.005,
                0.1,
                "Root mean square of the displacement, as a share of the side.",
                steps=(0.005, 0.01, 0.02, 0.03, 0.05, 0.08, 0.1),
            ),
            "smoothness": Parameter(
                "Smoothness", 0.08, 0.03, 0.3, "Width of the field's Gaussian, as a share of the side."
            ),
        },
        stage="augmentation",
        hurts="Bone does not bend: strong fields make anatomy that no patient has.",
        moves=True,
    ),
    "contrast": PreparationChoice(
        "Contrast",
        f"{_PREPARATION}.augmentation:contrast",
        "Stretches each image about its mean by a random factor, and makes it brighter or darker.",
        {
            "factor": Parameter(
                "Up to a factor of", 1.3, 1.01, 3.0, "Contrast: between this and its inverse, evenly in its logarithm."
            ),
            "brightness": Parameter(
                "Brightness", 0.1, 0.0, 0.5, "Added: evenly from minus to plus this share of the gray scale."
            ),
        },
        stage="augmentation",
        hurts="Where the value itself is the finding, as in HU, it takes the finding away.",
    ),
    "minmax": PreparationChoice(
        "Min-max",
        f"{_PREPARATION}.normalisation:MinMax",
        "Maps the smallest value to 0 and the largest to 1.",
        {"scope": _SCOPE},
        stage="normalisation",
        hurts="One hot pixel squeezes all the others into the dark.",
    ),
    "zscore": PreparationChoice(
        "Z-score",
        f"{_PREPARATION}.normalisation:ZScore",
        "Subtracts the mean and divides by the standard deviation.",
        {"scope": replace(_SCOPE, default="train")},
        stage="normalisation",
        hurts="By each image it takes the absolute brightness away, which may be the finding.",
    ),
    "percentile": PreparationChoice(
        "Percentile",
        f"{_PREPARATION}.normalisation:Percentile",
        "Maps a low percentile to 0 and a high one to 1, and cuts off what lies beyond.",
        {
            "low": Parameter(
                "From (%)",
                1.0,
                0.0,
                40.0,
                "Share of the pixels that become black.",
                steps=(0.0, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 40.0),
            ),
            "high": Parameter(
                "To (%)",
                99.0,
                60.0,
                100.0,
                "The pixels above this share become white.",
                steps=(60.0, 80.0, 90.0, 95.0, 98.0, 99.0, 99.5, 100.0),
            ),
            "scope": _SCOPE,
        },
        stage="normalisation",
        hurts="A bright lesion smaller than what is cut off becomes as white as its surroundings.",
    ),
}
"""The steps of a recipe in the order in which they are applied."""
