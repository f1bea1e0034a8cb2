"""The question of a session: one image in memory and the run that answers; a new one takes the place of the last."""

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

import numpy as np

from medcore.data import own_image, session_sets, sources
from medcore.data.own_image import OwnImage
from medcore.imaging import one_image
from medcore.imaging.fitting import Fit
from medcore.imaging.shelf import Shelf
from medcore.imaging.view import Viewable
from medcore.labs import predictions
from medcore.runs.store import Store
from medcore.sentences import sentence
from medcore.ui import session
from medcore.ui.predict.predict_network import Network
from medcore.ui.viewer import ViewState

WAIT_SECONDS = 60.0


@dataclass(frozen=True)
class Asked:
    """What a network is asked.

    Args:
        network: which.
        stack: id of the stack; its `places` tell whether it is still the same.
        view: slice and window, as the person sees them.
        fill: cut the middle out, or keep the whole slice.
        method: of the heatmap.
        modality: of the stack, as its file says.
    """

    network: str
    stack: Hashable
    view: ViewState
    fill: bool
    method: str
    modality: str = ""


class Question:
    """What this session asked last; its image goes with it."""

    asked: Asked | None = None
    fit: Fit | None = None
    original = (0, 0)
    name = run = problem = ""

    def ask(self, asked: Asked, network: Network, viewable: Viewable, shelf: Shelf, store: Store, owner: str) -> None:
        """Puts the image where the network finds it, and queues the run; `problem` says why it could not."""
        self.close()
        try:
            image, self.fit = _image(asked, network, viewable, shelf)
            self.original = image.original
            self.name = own_image.keep(image, network.content)
            base = network.record.id if network.record else ""
            (self.run,) = store.create(predictions.request(self.name, base, network.model, asked.method), owner)
            self.asked = asked
        except (OSError, ValueError) as error:
            self.close()
            self.problem = sentence(error)

    def answer(self) -> tuple[dict[str, Any], dict[str, np.ndarray]] | None:
        """Facts and arrays, as `explanation.prediction` gives them; None while there are none."""
        try:
            return own_image.answered(self.name)
        except FileNotFoundError:
            return None

    def close(self) -> None:
        """Removes image and answer; a run that is still to look at it fails with a sentence."""
        if self.name:
            session_sets.forget(self.name)
        vars(self).clear()


def of_session() -> Question:
    """This session's."""
    return session.kept("prediction", Question, Question.close)


def _image(asked: Asked, network: Network, viewable: Viewable, shelf: Shelf) -> tuple[OwnImage, Fit]:
    view = asked.view
    plane = viewable.planes[view.plane]
    height, width, channels = network.shape
    fit = one_image.fitted(plane, (height, width), asked.fill)
    cut = viewable.cut(view.plane, view.index, WAIT_SECONDS)
    window = view.centre, view.width
    image = one_image.make(cut, window, view.inverted, fit, plane.spacing, channels, shelf.sandbox)
    learned = network.record.spec if network.record else {}
    about = learned, network.classes, asked.modality, _expected(network)
    return OwnImage(image.pixels, image.original, image.colour, *about), fit


def _expected(network: Network) -> str:
    """Modality of the images that a run learned from; "" where it is unknown."""
    if network.record is None:
        return ""
    try:
        return sources.find(network.record.spec["data"]["name"]).card.modality
    except (OSError, ValueError):
        return ""
