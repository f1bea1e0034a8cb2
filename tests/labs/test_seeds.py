import pytest

from medcore.labs.seeds import check_number, repeated
from medcore.spec import RunSpec


def test_seeds_follow_the_first_and_stand_in_the_label():
    specs = repeated({"Adam": RunSpec(seed=4)}, 3)
    assert {label: spec.seed for label, spec in specs.items()} == {f"Adam · seed {n}": n for n in (4, 5, 6)}


def test_one_seed_leaves_label_and_run_as_they_are():
    assert repeated({"Adam": RunSpec(seed=4)}, 1) == {"Adam": RunSpec(seed=4)}


def test_too_many_runs_are_counted_out():
    many = {str(n): RunSpec() for n in range(65)}
    check_number(dict(list(many.items())[:64]), {"values": 64})
    with pytest.raises(ValueError, match=r"A comparison has at most 64 runs\. Received: 13 values x 5 seeds"):
        check_number(many, {"values": 13, "seeds": 5})
