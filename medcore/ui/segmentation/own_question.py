"""The question of a session: a volume in memory and the run that draws on it; a new one takes the place of the last."""

import time
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
from medcore.ui.run_line import ACTIVE
from medcore.ui.segmentation.own_gray import Gray
from medcore.ui.segmentation.own_network import Network
from medcore.ui.work import Progress, Work

LOOK_SECONDS = 0.5
"""Between two looks at whether the volume is decoded: a person who stops waits so long."""
AT_ONCE = 0.3
"""Seconds that a click waits for the question to be on its way, and then, of one slice, for the mask."""
GLANCE = 0.01
"""Seconds between two looks at whether the mask is there."""


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
    stopped = False
    _store: Store | None = None

    def ask(self, asked: Asked, network: Network, view: StackView, store: Store, owner: str) -> None:
        """Decodes what is not yet decoded, puts it where the network finds it, and queues the run; in a thread.

        What was asked before is given up. A slice that is drawn in a moment is waited for: the page shows it at once.
        """
        self.close()
        self.asked, self._store = asked, store
        self.work = Work(asked.settings, lambda tell: self._start(asked, network, view, store, owner, tell))
        if self.work.wait(AT_ONCE) and asked.end - asked.first == 1:
            self._glance()

    def _glance(self) -> None:
        until = time.monotonic() + AT_ONCE
        while self.begun() and self.answer() is None and time.monotonic() < until:
            time.sleep(GLANCE)

    def _start(
        self, asked: Asked, network: Network, view: StackView, store: Store, owner: str, tell: Progress
    ) -> tuple[str, str]:
        """Name and run."""
        name = own_volume.keep(_volume(asked, network, view, tell))
        created = []
        try:
            request = own_segmentations.request(name, network.record.id, network.spec, asked.wanted)
            created = store.create(request, owner)
            tell(1.0)
        except BaseException:
            session_sets.forget(name)
            store.cancel(created)
            raise
        return name, created[0]

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

    def running(self) -> bool:
        """Whether a mask is on its way."""
        if self.stopped or self.work is None:
            return False
        if not self.begun():
            return self.work.running
        return self.answer() is None and self._store.find([self.run])[0].state in ACTIVE

    def stop(self) -> None:
        """Gives it up; the volume is let go."""
        self.stopped = True
        if self.work is not None:
            self.work.stop()
            self.work.wait(2 * LOOK_SECONDS)
        if self.begun():
            session_sets.forget(self.name)
            self._store.cancel([self.run])

    def close(self) -> None:
        """Stops a run that is under way, and removes volume and mask."""
        try:
            self.stop()
        finally:
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
