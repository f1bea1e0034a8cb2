"""Series that show each place several times: echoes, time points, b-values are told apart."""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from medcore.imaging import geometry
from medcore.imaging.dicom import notes
from medcore.imaging.files import Frame

MAX_MOMENTS = 60
"""More images of one place are shown together: nobody looks through a list of so many stacks."""


class Split(NamedTuple):
    """One of several images of the same places.

    Args:
        members: which frames.
        name: what tells it from the others; "" where it is the only one.
        notes: why it was split off.
    """

    members: list[int]
    name: str = ""
    notes: tuple[str, ...] = ()


def split(frames: Sequence[Frame]) -> list[Split]:
    """Frames that are alike, parted so that each part shows each place once, if there is a way to tell.

    Of the facts in `Frame.moment` those count that take no more different values than there are frames at the
    busiest place: others change from place to place and part nothing. Where no fact helps but every place occurs
    equally often, the frames' numbers tell them apart.
    """
    whole = [Split(list(range(len(frames))))]
    if len(frames) < 2 or frames[0].position is None or frames[0].orientation is None:
        return whole
    places = geometry.places(frames).tolist()
    counts = Counter(places)
    busiest = max(counts.values())
    if busiest == 1 or len(counts) == 1:
        return whole
    if busiest > MAX_MOMENTS:
        return [Split(whole[0].members, notes=(notes.too_many_moments(busiest),))]
    parts = _by_facts(frames, busiest)
    if all(len({places[index] for index in part}) == len(part) for part in parts.values()):
        return [Split(members, name, (notes.moments(busiest),)) for name, members in parts.items()]
    if set(counts.values()) == {busiest}:
        return [
            Split(members, f"{number} of {busiest}", (notes.passes(busiest),))
            for number, members in enumerate(_by_number(frames, places), 1)
        ]
    return whole


def facts(moment: str) -> dict[str, str]:
    """ "echo time=20 ms, b-value=0" as what it says of what."""
    pairs = (part.partition("=") for part in moment.split(", ") if part)
    return {name: value if equals else name for name, equals, value in pairs}


def _by_facts(frames: Sequence[Frame], busiest: int) -> dict[str, list[int]]:
    told = [facts(frame.moment) for frame in frames]
    names = dict.fromkeys(name for one in told for name in one)
    parting = [name for name in names if 1 < len({one.get(name) for one in told}) <= busiest]
    parts: dict[str, list[int]] = {}
    for index, one in enumerate(told):
        words = (f"{name} {one[name]}" if one[name] != name else name for name in parting if name in one)
        parts.setdefault(", ".join(words) or "other", []).append(index)
    return parts


def _by_number(frames: Sequence[Frame], places: Sequence[int]) -> list[list[int]]:
    order = sorted(range(len(frames)), key=lambda index: (frames[index].number or 0, index))
    seen: Counter[int] = Counter()
    parts: dict[int, list[int]] = {}
    for index in order:
        parts.setdefault(seen[places[index]], []).append(index)
        seen[places[index]] += 1
    return list(parts.values())
