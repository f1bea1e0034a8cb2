"""What if I cheat? Mistakes in choosing lambda, each as a second cross-validation beside the right one."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from medcore.labs.choosing_lambda import fold_runs
from medcore.spec import DataSpec, RunSpec, SampleSpec

SCREENED = 30
INVISIBLE = DataSpec("ct-simulator", {"contrast": 0, "images": 200})
"""Lesions as bright as the liver around them: nothing that the images show says anything of the label."""


@dataclass(frozen=True)
class Mistake:
    """One mistake.

    Args:
        title: its name on the page.
        what: what is done wrongly and rightly, as Markdown.
        remark: what to take from it, as Markdown.
        same_folds: whether the right way divides the images as the wrong one does.
    """

    title: str
    what: str
    remark: str
    same_folds: bool = True


MISTAKES: dict[str, Mistake] = {
    "test": Mistake(
        "Choosing by the test set",
        "**Wrong:** every lambda meets the test set, and the best score there is reported. "
        "**Right:** the folds choose, and the test set meets that one choice.",
        "The more lambdas are tried and the fewer images judge, the more the best of them owes to luck.",
    ),
    "screen": Mistake(
        "Pixels chosen on all images",
        f"Before training, the {SCREENED} pixels most related to the label are kept. **Wrong:** they are chosen once, "
        "on all images, those that judge later among them. **Right:** every fold chooses anew, on its training images.",
        "The choice of pixels has seen the labels of the images that judge: the more pixels and the fewer images, the "
        "more it flatters (Hastie, Tibshirani & Friedman, The Elements of Statistical Learning, 7.10.2).",
    ),
    "scale": Mistake(
        "Scaler fitted on all images",
        "Every pixel is standardised. **Wrong:** mean and standard deviation are those of all images. **Right:** those "
        "of the fold's training images.",
        "A scaler never sees a label, so it hardly flatters. It is wrong all the same: where it does more than shift "
        "and scale, as when pixels are chosen, the same habit hurts.",
    ),
    "patients": Mistake(
        "Patients split across folds",
        "**Wrong:** images are divided as if each were of another person. **Right:** all images of a patient are in "
        "one fold.",
        "Images of one patient are alike: a network that knows the patient answers without having learned the disease, "
        "and at the next hospital nobody is known.",
        same_folds=False,
    ),
}


def ways(spec: RunSpec, mistake: str) -> tuple[RunSpec, RunSpec]:
    """The right and the wrong study of a mistake that needs one, as the specs of their "Whole sets".

    Args:
        spec: of a study's "Whole set".
        mistake: "screen", "scale" or "patients".
    """
    changes = {
        "screen": ({"screen": SCREENED, "fitted_on": "fold"}, {"screen": SCREENED, "fitted_on": "all"}),
        "scale": ({"scale": True, "fitted_on": "fold"}, {"scale": True, "fitted_on": "all"}),
        "patients": ({"by_group": True}, {"by_group": False}),
    }
    right, wrong = (replace(spec, path=replace(spec.path, **changed)) for changed in changes[mistake])
    return right, wrong


def blind(spec: RunSpec) -> RunSpec:
    """The same study of simulated images in which nothing can be found: every score above chance is flattery."""
    return replace(spec, data=INVISIBLE, sample=SampleSpec(), path=replace(spec.path, by_group=True))


def runs(studies: Mapping[str, RunSpec]) -> dict[str, RunSpec]:
    """The folds of some studies, by "STUDY · Fold N".

    Args:
        studies: spec of the "Whole set" by name.
    """
    return {f"{name} · {label}": fold for name, spec in studies.items() for label, fold in fold_runs(spec).items()}
