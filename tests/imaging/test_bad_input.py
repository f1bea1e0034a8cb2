"""Hostile, damaged and odd files through the shelf of a web process: each opens, or is refused in one sentence."""

import pytest

from tests.imaging import bad_input, good_input
from tests.imaging.web_process import Outcome, WebProcess

SECONDS = 3.0
MEMORY = 300e6
HOUSEHOLD = 0.5
"""Seconds that a process takes of its own: a child that is killed is replaced, the neighbour's file is read."""

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def web(tmp_path_factory):
    process = WebProcess(tmp_path_factory.mktemp("web"))
    yield process
    process.close()
    assert process.written() == []


def check(web: WebProcess, outcome: Outcome) -> None:
    """What holds for whatever is uploaded."""
    assert web.alive
    assert outcome.neighbour, "another session was disturbed"
    assert outcome.reading < SECONDS + HOUSEHOLD
    assert outcome.showing < SECONDS + HOUSEHOLD
    assert outcome.grown < MEMORY
    assert web.written() == []
    assert outcome.whys or outcome.stacks
    for sentence in (*outcome.whys, *outcome.failed):
        assert_one_sentence(sentence)


def assert_one_sentence(text: str) -> None:
    """For a person: no traceback, no class of an error, not a page."""
    assert 10 < len(text) <= 500, text
    assert text[0].isupper()
    assert "\n" not in text
    for sign in ("Traceback", "Error:", "Error(", " object at 0x", "NoneType", "errno"):
        assert sign not in text


@pytest.mark.parametrize("name", bad_input.CASES)
def test_a_bad_file_is_shown_or_refused_in_one_sentence(web, name):
    case = bad_input.CASES[name]
    made = case.make()
    outcome = web.give(case.name, *(made if isinstance(made, list) else [made]))
    check(web, outcome)
    if case.refused:
        assert not outcome.shown
        assert outcome.whys or outcome.failed
    if case.said:
        assert any(case.said in sentence for sentence in (*outcome.whys, *outcome.notes))


@pytest.mark.parametrize("name", good_input.CASES)
def test_a_good_file_opens(web, name):
    outcome = web.give("upload", good_input.CASES[name]())
    check(web, outcome)
    assert outcome.whys == []
    assert outcome.failed == []
    assert outcome.shown == sum(slices for slices, _, _ in outcome.stacks) > 0


def test_what_is_bad_in_an_archive_costs_no_other(web):
    bad = {
        name: bad_input.CASES[name].make() for name in ("SVG", "npy: a pickle", "PNG: 169 million pixels", "only DICM")
    }
    outcome = web.give("study.zip", good_input.zipped(good_input.slices(3) | bad))
    check(web, outcome)
    assert len(outcome.whys) == len(bad)
    assert outcome.stacks == [[3, 16, 16]]
    assert outcome.shown == 3


def test_malformed_files(web, shared_data):
    """The 117 files of a fuzzing corpus: most are good files with an odd value, and open."""
    files = sorted((shared_data / "dicom" / "malformed").rglob("*.dcm"))
    assert len(files) == 117
    opened = 0
    for file in files:
        outcome = web.give(file.name, file.read_bytes())
        check(web, outcome)
        opened += outcome.shown > 0
    assert opened >= 100


def test_hippocampus_pairs_match(web, shared_data):
    folder = shared_data / "hippocampus"
    for image in sorted((folder / "images").iterdir())[:5]:
        outcome = web.give("pair", image.read_bytes(), (folder / "labels" / image.name).read_bytes())
        check(web, outcome)
        assert outcome.whys == outcome.failed == []
        assert outcome.stacks[0] == outcome.stacks[1]
