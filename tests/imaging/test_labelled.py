"""What makes no labelled set is refused before anything is decoded."""

from dataclasses import replace

import pytest

from medcore.imaging import labelled
from medcore.imaging.dicom.describing import describe
from medcore.imaging.labelled import Labelled, Wanted
from medcore.imaging.stack import assemble
from medcore.imaging.view import Window
from tests.imaging.dicom import making


@pytest.fixture(scope="module")
def stack():
    (found,) = describe(making.written(making.slice_of()), "one.dcm")
    return assemble([("f1", found)])[0]


def lines(*parts):
    return tuple(Labelled(f"s{n}", label, group) for n, (label, group) in enumerate(parts))


GOOD = lines(*[("a", f"p{n}") for n in range(3)], *[("b", f"q{n}") for n in range(3)])


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"labelled": ()}, "2 to 100 different labels. Received: 0"),
        ({"labelled": GOOD[:3]}, "2 to 100 different labels. Received: 1"),
        ({"labelled": GOOD[:5]}, 'at least 3 patients.* Received: 2 of "b"'),
        ({"labelled": (*GOOD[:5], Labelled("s5", "b", "q1"))}, 'Received: 2 of "b"'),
        ({"labelled": (*GOOD, Labelled("s6", "b", ""))}, "needs a patient"),
        ({"labelled": (*GOOD, Labelled("gone", "b", "q"))}, "closed"),
        ({"size": 20}, "28 to 256"),
        ({"size": 512}, "28 to 256"),
        ({"slices": "some"}, "Slices must be"),
        ({"window": Window("", 0, 0)}, "wider than 0"),
        ({"window": Window("", 0, float("nan"))}, "wider than 0"),
    ],
)
def test_what_makes_no_set_is_refused_in_one_sentence(stack, change, sentence):
    stacks = {f"s{number}": stack for number in range(7)}
    labelled.check(Wanted(GOOD), stacks)
    with pytest.raises(ValueError, match=sentence):
        labelled.check(replace(Wanted(GOOD), **change), stacks)


def test_burned_in_text_waits_for_a_person_to_look(stack):
    stacks = {f"s{number}": stack for number in range(6)}
    stacks["s2"] = replace(stacks["s2"], burned_in="Ultrasound images often carry text.")
    with pytest.raises(ValueError, match="1 of the 6 stacks: look at them first"):
        labelled.check(Wanted(GOOD), stacks)
    labelled.check(Wanted(GOOD, looked=True), stacks)


def test_a_set_must_fit_into_memory(stack):
    stacks = {f"s{number}": replace(stack, shape=(5000, 40, 30)) for number in range(6)}
    labelled.check(Wanted(GOOD, size=256), stacks)
    with pytest.raises(ValueError, match=r"512 MB.* Received: 30,000 images, 1,875 MB"):
        labelled.check(Wanted(GOOD, size=256, slices=labelled.ALL), stacks)
