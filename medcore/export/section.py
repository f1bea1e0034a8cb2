"""One step of an exported experiment, and what is said of steps that all experiments have."""

from dataclasses import dataclass

IMAGES = (
    "The images are as the network sees them: cut, filtered and scaled already where Medcore prepared them. "
    "Bytes (0 to 255) become numbers from 0 to 1."
)
NETWORK = (
    "Its last layer gives logits, one number a class, without a softmax: the loss takes care of that. "
    "Keras draws the first weights; every initializer takes its seed from Python's generator, so the same "
    "seed gives the same first weights."
)
LOSS = "A loss takes class numbers and logits and gives one value an image; Keras then takes their mean."
OPTIMIZER = (
    "The optimizers are Keras' own. The learning rate is set anew for every update: what was chosen, times the factor "
    "of the schedule."
)
EVALUATION = (
    "Accuracy comes with its 95% interval (Wilson); balanced accuracy is the mean of the recalls of the "
    "classes, AUC the area under the ROC curve, for more than two classes the mean of one against the rest."
)


@dataclass(frozen=True)
class Section:
    """One step: its title, what it is about in a few sentences, and the code."""

    title: str
    text: str
    code: str
