import math

import numpy as np
import pytest
from scipy import stats

from medcore.evaluation.comparison import (
    Trial,
    compare,
    holm,
    levels,
    mcnemar,
    paired_interval,
    t_interval,
    t_quantile,
    t_test,
    t_within,
)
from medcore.evaluation.intervals import wilson


@pytest.mark.parametrize("freedom", [1, 2, 3, 4, 9, 30, 999])
def test_students_t_is_that_of_scipy(freedom):
    assert t_quantile(freedom) == pytest.approx(stats.t.ppf(0.975, freedom), abs=1e-8)
    for t in (0.0, 0.3, 2.0, 40.0):
        assert t_within(t, freedom) == pytest.approx(1 - 2 * stats.t.sf(t, freedom), abs=1e-12)


def test_interval_and_test_of_paired_differences_are_those_of_scipy():
    ours, theirs = np.array([0.91, 0.93, 0.90, 0.94]), np.array([0.88, 0.92, 0.89, 0.90])
    expected = stats.ttest_rel(ours, theirs)
    assert t_test(ours - theirs, 1e-6) == pytest.approx(expected.pvalue, rel=1e-9)
    interval = expected.confidence_interval(0.95)
    assert t_interval(ours - theirs) == pytest.approx([interval.low, interval.high], rel=1e-8)


def test_seeds_that_agree_to_the_image_are_taken_to_differ_by_one():
    images, n = np.array([70.0, 70.0, 70.0]), 200
    assert t_test(images / n, 1 / n) == pytest.approx(2 * stats.t.sf(70 * math.sqrt(3), 2))
    assert t_test(np.full(3, 1 / n), 1 / n) == pytest.approx(2 * stats.t.sf(math.sqrt(3), 2))
    assert t_test(np.zeros(5), 1 / n) == 1
    half = stats.t.ppf(0.975, 2) / n / math.sqrt(3)
    assert t_interval(images / n, 1 / n) == pytest.approx([0.35 - half, 0.35 + half])


@pytest.mark.parametrize(("wins", "losses"), [(0, 0), (1, 0), (5, 0), (3, 7), (12, 12), (40, 18), (900, 700)])
def test_mcnemar_is_the_exact_sign_test(wins, losses):
    expected = stats.binomtest(wins, wins + losses).pvalue if wins + losses else 1
    assert mcnemar(wins, losses) == pytest.approx(expected, rel=1e-9)


def test_mcnemar_bears_very_many_cases():
    assert mcnemar(30_000, 30_000) == 1
    assert mcnemar(31_000, 29_000) < 1e-15


def test_paired_interval_of_a_hand_computed_case():
    # (11/102 - 5/102) ± 1.96 sqrt((16/102 - (6/102)²) / 102)
    half = 1.959964 * math.sqrt((16 / 102 - (6 / 102) ** 2) / 102)
    assert paired_interval(10, 4, 100) == pytest.approx([6 / 102 - half, 6 / 102 + half], abs=1e-7)
    assert paired_interval(3, 0, 3)[1] == 1


def test_paired_interval_covers_the_truth_as_often_as_it_says():
    drawn = np.random.default_rng(0).multinomial(150, [0.12, 0.06, 0.82], size=4000)
    covered = [low <= 0.06 <= high for low, high in (paired_interval(w, x, 150) for w, x, _ in drawn)]
    assert 0.94 <= np.mean(covered) <= 0.97


def test_holm_by_hand():
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([0.6, 0.5]) == [1.0, 1.0]
    assert holm([]) == []


def test_levels_of_holm_by_hand():
    assert levels([0.01, 0.04, 0.03]) == pytest.approx([0.05 / 3, 0.025, 0.025])
    assert levels([0.001, 0.04, 0.01]) == pytest.approx([0.05 / 3, 0.05, 0.025])
    assert levels([0.04]) == [0.05]


def test_a_value_below_its_level_is_certain_once_corrected():
    for ps in np.random.default_rng(0).random((200, 6)) ** 4:
        assert [p < level for p, level in zip(ps, levels(ps), strict=True)] == [p < 0.05 for p in holm(ps)]


@pytest.mark.parametrize(("freedom", "level"), [(1, 0.05 / 496), (2, 0.05 / 28), (9, 0.01)])
def test_quantiles_of_strict_levels_are_those_of_scipy(freedom, level):
    assert t_quantile(freedom, level) == pytest.approx(stats.t.isf(level / 2, freedom), rel=1e-6)


def trials(group, values, val=None, n=10_000):
    """One run a seed, whose test accuracies are `values`."""
    return [
        Trial(group, seed, v if val is None else val, None, v, n, f"{group}{seed}") for seed, v in enumerate(values)
    ]


def never(_):
    raise AssertionError("the seeds suffice")


def test_several_seeds_are_paired_seed_by_seed():
    a, b = [0.91, 0.83, 0.95], [0.90, 0.81, 0.94]
    found = compare([*trials("a", a), *trials("b", b)], never)
    (difference,) = found.differences
    assert (found.best, found.seeds, difference.other, difference.by, difference.n) == ("a", 3, "b", "seeds", 3)
    assert difference.p == pytest.approx(stats.ttest_rel(a, b).pvalue)
    assert difference.certain == (difference.p < 0.05)
    # Without the pairs the spread of the seeds would drown it.
    assert stats.ttest_ind(a, b).pvalue > 0.7
    assert difference.interval[0] > 0 or not difference.certain
    low, high = t_interval(np.array(a))
    assert found.over_seeds == pytest.approx([low, min(high, 1)])


def test_the_best_is_chosen_on_the_validation_set_whatever_the_test_set_says():
    found = compare([*trials("a", [0.9, 0.91], val=0.7), *trials("b", [0.8, 0.82], val=0.8)], never)
    assert (found.best, found.val, found.test) == ("b", pytest.approx(0.8), pytest.approx(0.81))
    assert found.differences[0].mean == pytest.approx(-0.095)


def test_among_equals_the_area_under_the_curve_decides():
    even = [Trial("a", 0, 0.8, 0.90, 0.8, 5, "a"), Trial("b", 0, 0.8, 0.95, 0.8, 5, "b")]
    assert compare(even, lambda _: np.ones(5, bool)).best == "b"


def test_one_seed_is_paired_by_image():
    answers = {"a0": np.arange(100) < 90, "b0": np.arange(100) >= 30}
    found = compare([*trials("a", [0.9], n=100), *trials("b", [0.7], n=100)], answers.__getitem__)
    (difference,) = found.differences
    assert (difference.by, difference.n, difference.mean) == ("images", 100, pytest.approx(0.2))
    assert difference.p == pytest.approx(stats.binomtest(30, 40).pvalue)
    assert difference.interval == paired_interval(30, 10, 100)
    assert found.interval == pytest.approx(wilson(90, 100))
    assert found.over_seeds is None


def test_only_seeds_in_common_are_paired():
    lone = Trial("c", 9, 0.5, None, 0.5, 100, "c9")
    found = compare([*trials("a", [0.9, 0.8, 0.85]), *trials("b", [0.7, 0.75]), lone], never)
    assert [(d.other, d.n) for d in found.differences] == [("b", 2)]
    assert found.unpaired == ("c",)


def test_p_is_corrected_for_all_pairs_one_of_which_the_choice_picked():
    a, b, c = [0.90, 0.92, 0.91, 0.93], [0.88, 0.91, 0.88, 0.92], [0.7, 0.72, 0.69, 0.71]
    found = compare([*trials("a", a), *trials("b", b), *trials("c", c)], never)
    plain = [stats.ttest_rel(*pair).pvalue for pair in ((a, b), (a, c), (b, c))]
    assert [d.p for d in found.differences] == pytest.approx(holm(plain)[:2])
    assert found.pairs == 3


def test_every_pair_with_a_seed_in_common_counts():
    lone = [Trial("c", 9, 0.5, None, 0.5, 100, "c9")]
    assert compare([*trials("a", [0.9, 0.8]), *trials("b", [0.7, 0.75]), *lone], never).pairs == 1


def equal_groups(rng, groups, seeds, n, spread):
    """Ways that are equally good; what a seed does to a run shows in its validation and its test images."""
    of_seed = rng.normal(0.85, spread, seeds)
    quality = np.clip(of_seed + rng.normal(0, spread, (groups, seeds)), 0, 1)
    val, test = rng.binomial(n, quality) / n, rng.binomial(n, quality) / n
    return [Trial(f"{g}", s, val[g, s], None, test[g, s], n) for g in range(groups) for s in range(seeds)]


@pytest.mark.parametrize(("groups", "seeds"), [(2, 3), (3, 5), (5, 5), (8, 3), (8, 10)])
def test_equal_groups_are_told_apart_in_one_of_twenty_cases_at_most(groups, seeds):
    rng = np.random.default_rng(groups * seeds)
    n, times = 2000, 400
    errors = sum(
        any(d.certain for d in compare(equal_groups(rng, groups, seeds, n, 0.03), never).differences)
        for _ in range(times)
    )
    # No more than an error of 5% exceeds once in a hundred series of 400.
    assert errors <= stats.binom.ppf(0.99, times, 0.05)


def test_equal_networks_of_one_seed_are_told_apart_in_one_of_twenty_cases_at_most():
    rng = np.random.default_rng(0)
    n, times, errors = 300, 200, 0
    for _ in range(times):
        answers = rng.random((8, n)) < rng.beta(4, 1, n)
        found = [
            Trial(f"{g}", 0, rng.binomial(n, 0.8) / n, None, right.mean(), n, f"{g}") for g, right in enumerate(answers)
        ]
        errors += any(d.certain for d in compare(found, dict(zip("01234567", answers, strict=True)).get).differences)
    assert errors <= stats.binom.ppf(0.99, times, 0.05)


def test_a_clear_difference_is_found_among_eight_groups():
    rng = np.random.default_rng(0)
    equal = equal_groups(rng, 7, 5, 2000, 0.01)
    found = compare([*equal, *trials("poor", (0.5 + rng.normal(0, 0.01, 5)).tolist(), n=2000)], never)
    assert [d.other for d in found.differences if d.certain] == ["poor"]


def test_a_run_alone_is_the_best_of_itself():
    found = compare(trials("a", [0.9]), never)
    assert (found.best, found.differences) == ("a", ())


def test_nothing_to_compare_and_answers_of_other_images_are_said():
    with pytest.raises(ValueError, match="needs one finished run or more"):
        compare([], never)
    answers = {"a0": np.ones(100, bool), "b0": np.ones(7, bool)}
    with pytest.raises(ValueError, match="same images"):
        compare([*trials("a", [0.9]), *trials("b", [0.8])], answers.__getitem__)


def test_an_interval_of_an_accuracy_stays_within_zero_and_one():
    found = compare([Trial("a", seed, 0.9, 0.9, test, 100, str(seed)) for seed, test in ((0, 0.7), (1, 0.9))], never)
    assert found.over_seeds == [0.0, 1.0]
    assert found.interval == [0.0, 1.0]


def test_several_seeds_on_the_same_images_say_no_more_of_other_images_than_one():
    agreed = compare(trials("a", [132 / 156, 131 / 156, 133 / 156], n=156), never)
    low, high = wilson(132, 156)
    assert agreed.over_seeds[0] > low
    assert agreed.over_seeds[1] < high
    assert agreed.interval[0] <= low < high <= agreed.interval[1]
    # Of images without number only the chance of the seeds is left.
    many = compare(trials("a", [0.80, 0.82, 0.84], n=10**9), never)
    assert many.interval == pytest.approx(many.over_seeds, abs=1e-4)


def test_the_interval_covers_what_other_seeds_and_other_images_give():
    rng = np.random.default_rng(0)
    n, seeds, times, covered = 156, 3, 1000, 0
    for _ in range(times):
        hard = rng.beta(4, 1, n)  # how likely an image is answered rightly, by whatever network; 0.8 on average
        of_seed = rng.normal(0, 0.02, (seeds, 1))
        found = (rng.random((seeds, n)) < hard + of_seed).mean(axis=1)
        low, high = compare(trials("a", found.tolist(), n=n), never).interval
        covered += low <= 0.8 <= high
    assert covered / times >= 0.95


@pytest.mark.parametrize("seeds", [1, 3, 5])
def test_an_interval_holds_zero_where_the_difference_may_be_chance_and_nowhere_else(seeds):
    rng = np.random.default_rng(seeds)
    certain = []
    for _ in range(60):
        shares = rng.uniform(0.5, 0.9, 5)
        answers = {f"{g}{s}": rng.random(200) < share for g, share in enumerate(shares) for s in range(seeds)}
        runs = [Trial(i[0], int(i[1]), right.mean(), None, right.mean(), 200, i) for i, right in answers.items()]
        for d in compare(runs, answers.get).differences:
            low, high = d.interval
            assert -1 <= low <= d.mean <= high <= 1
            assert (low < 0 < high or 0 in (low, high)) != d.certain
            certain.append(d.certain)
    assert 0 < sum(certain) < len(certain)


def test_an_interval_is_as_wide_as_the_test_was_strict():
    a, b, c = [0.90, 0.92, 0.91, 0.93], [0.88, 0.91, 0.88, 0.92], [0.7, 0.72, 0.69, 0.71]
    near, far = compare([*trials("a", a), *trials("b", b), *trials("c", c)], never).differences
    of_near, of_far, _ = levels([stats.ttest_rel(*pair).pvalue for pair in ((a, b), (a, c), (b, c))])
    assert of_far < of_near
    expected = stats.ttest_rel(a, c).confidence_interval(1 - of_far)
    assert near.interval == pytest.approx(list(stats.ttest_rel(a, b).confidence_interval(1 - of_near)), rel=1e-6)
    assert far.interval == pytest.approx(list(expected), rel=1e-6)
