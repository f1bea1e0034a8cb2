"""Thousands of damaged files through the shelf of a web process."""

import pytest

from tests.imaging import good_input, mutations
from tests.imaging.test_bad_input import check
from tests.imaging.web_process import Outcome, WebProcess

INPUTS = 5_000

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def web(tmp_path_factory):
    process = WebProcess(tmp_path_factory.mktemp("web"))
    yield process
    process.close()


def test_seeds_are_good_files(web):
    for name, seed in mutations.seeds().items():
        outcome = web.give("seed", seed.wrapped(seed.data))
        assert outcome.whys == outcome.failed == [], name
        assert outcome.shown, name


def test_mutations_are_the_same_every_time():
    seed = mutations.seeds()["NIfTI"]
    assert mutations.mutated(seed, 7) == mutations.mutated(seed, 7) != mutations.mutated(seed, 8)


def test_damaged_files(web):
    """One of each seed at a time; together they may take no longer than one may, else each is looked at alone."""
    seeds = mutations.seeds()
    opened = refused = 0
    for number in range(-(-INPUTS // len(seeds))):
        batch = {name: mutations.mutated(seed, number) for name, seed in seeds.items()}
        outcome = web.give(f"round {number}", *batch.values())
        try:
            check(web, outcome)
        except AssertionError:
            for name, data in batch.items():
                alone = web.give("alone", data)
                assert not _wrong(web, alone), f"{name}, round {number}: {_wrong(web, alone)}"
        opened += len(outcome.stacks)
        refused += len(outcome.whys)
    assert refused > INPUTS / 4  # the damage counts
    assert opened > INPUTS / 20  # and gets through the first checks
    assert web.give("good.dcm", good_input.dicom()).shown == 1


def _wrong(web: WebProcess, outcome: Outcome) -> str:
    try:
        check(web, outcome)
    except AssertionError as error:
        return f"{error} {outcome}"
    return ""
