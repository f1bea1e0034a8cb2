"""The question of a session: a volume in memory and the run that draws on it; a new one takes the place of the last."""

from collections.abc import Hashable
from dataclasses import dataclass

import numpy as np

from medcore.data import own_volume, session_sets
from medcore.data.own_volume import Answer, OwnVolume, Seen
from medcore.imaging import planes
from medcore.imaging.stack_view import StackView
from medcore.labs import own_segmentations
from medcore.runs.store import Store
from medcore.spec import SegmentationSpec
from medcore.ui import session
from medcore.ui.segmentation.own_gray import Gray
from medcore.ui.segmentation.own_network import Network
from medcore.ui.work import Progress, Work

LOOK_SECONDS = 0.5
"""Between two looks at whether the volume is decoded: a person who stops waits so long."""
AT_ONCE = 0.3


@dataclass(frozen=True)
class Asked:
    """What is to be segmented.

    Args:
        network: id of its run.
        stack: id of the stack and its places: they tell whether it is still the same.
        plane: that is cut.
        first, end: its slices, from `first` to the one before `end`.
        gray: which values become black and white.
        wanted: variants, overlap, resampling.
        unlike: how the image differs in kind from those learned from, one sentence each.
    """

    network: str
    stack: Hashable
    plane: str
    first: int
    end: int
    gray: Gray
    wanted: SegmentationSpec
    unlike: tuple[str, ...] = ()

    @property
    def settings(self) -> Hashable:
        """What an answer was made with."""
        return self.network, self.stack, self.plane, self.first, self.end, str(self.gray), self.wanted


class Question:
    """What this session asked last; its volume and mask go with it."""

    asked: Asked | None = None
    work: Work | None = None
    name = run = ""

    def ask(self, asked: Asked, network: Network, view: StackView, store: Store, owner: str) -> None:
        """Decodes what is not yet decoded, puts it where the network finds it, and queues the run; in a thread."""
        self.close()
        self.asked = asked
        self.work = Work(asked.settings, lambda tell: self._start(asked, network, view, store, owner, tell))
        self.work.wait(AT_ONCE)

    def _start(
        self, asked: Asked, network: Network, view: StackView, store: Store, owner: str, tell: Progress
    ) -> tuple[str, str]:
        """Name and run."""
        name = own_volume.keep(_volume(asked, network, view, tell))
        try:
            request = own_segmentations.request(name, network.record.id, network.spec, asked.wanted)
            (run,) = store.create(request, owner)
            tell(1.0)
        except BaseException:
            session_sets.forget(name)
            raise
        return name, run

    def begun(self) -> bool:
        """Whether the run is on its way; notes where it is."""
        if self.work is not None and not self.work.running and self.work.result and not self.run:
            self.name, self.run = self.work.result
        return bool(self.run)

    @property
    def problem(self) -> str:
        """Why it could not be asked."""
        return self.work.problem if self.work is not None and not self.work.running else ""

    def answer(self) -> Answer | None:
        """What was drawn; None while there is nothing."""
        try:
            return own_volume.answered(self.name) if self.name else None
        except FileNotFoundError:
            return None

    def stop(self, store: Store) -> None:
        """Gives it up; the volume is let go."""
        if self.work is not None:
            self.work.stop()
        if self.begun():
            store.cancel([self.run])
            session_sets.forget(self.name)

    def close(self) -> None:
        """Removes volume and mask; a run that is still to look at them fails with a sentence."""
        if self.work is not None:
            self.work.stop()
            self.work.wait(2 * LOOK_SECONDS)
        self.begun()
        if self.name:
            session_sets.forget(self.name)
        vars(self).clear()


def of_session() -> Question:
    """This session's."""
    return session.kept("segmentation", Question, Question.close)


def _volume(asked: Asked, network: Network, view: StackView, tell: Progress) -> OwnVolume:
    stack = view.stack
    values = _decoded(view, tell)
    plane = view.planes[asked.plane]
    seen = Seen(
        planes.turn(stack, asked.plane),
        asked.first,
        asked.end,
        spacing=plane.spacing,
        step=plane.step,
        **asked.gray.values,
    )
    notes = (*([asked.gray.said] if asked.gray.said else []), *asked.unlike)
    if failed := view.failed:
        lost = "1 slice" if len(failed) == 1 else f"{len(failed):,} slices"
        notes = (*notes, f"{lost} of the file cannot be decoded and were taken as empty.")
    return OwnVolume(values, np.asarray(stack.rescale, np.float64), seen, network.learned, notes)


def _decoded(view: StackView, tell: Progress) -> np.ndarray:
    while True:
        done, count = view.progress()
        tell(done / count)
        try:
            return view.pixels(LOOK_SECONDS)
        except TimeoutError:
            continue
