import numpy as np

from medcore.labs import segmentation_findings, segmentation_guesses

RNG = np.random.default_rng(0)
HARD = RNG.uniform(0.5, 0.9, (30, 1))
GROUPS = {"Dice": HARD + 0.05, "Cross-entropy": HARD, "Focal": HARD + RNG.normal(0.05, 0.2, (30, 1))}


def test_the_best_is_told_with_whom_the_cases_cannot_tell_from_it():
    two = {label: GROUPS[label] for label in ("Dice", "Cross-entropy")}
    first, ahead = segmentation_findings.sentences(two, "image")
    assert first.startswith("Dice has the highest Dice on the test set")
    assert ahead == "Ahead of Cross-entropy (+0.050, 95% interval +0.050 to +0.050)."
    unsure = segmentation_findings.sentences(GROUPS, "volume")[-1]
    assert unsure.startswith("These volumes cannot tell it from")
    assert segmentation_findings.sentences({"Dice": HARD}, "image") == []


def test_a_class_that_few_cases_have_counts_as_much_as_the_others():
    lesion = np.where(np.arange(30) < 12, 0.0, np.nan)[:, None]
    of_two = {"A": np.hstack([HARD, lesion]), "B": np.hstack([HARD - 0.1, lesion])}
    assert segmentation_findings.means(of_two)["A"] == np.mean([HARD.mean(), 0])
    first, ahead = segmentation_findings.sentences(of_two, "volume")
    assert first.endswith(f"{HARD.mean() / 2:.3f}, the mean over classes, and of each over its volumes.")
    assert ahead == "Ahead of B (+0.050, 95% interval +0.050 to +0.050)."


def test_a_guess_is_right_wrong_or_too_close_to_call():
    two = {label: GROUPS[label] for label in ("Dice", "Cross-entropy")}
    assert segmentation_guesses.best("Dice", two) == f"Right: its Dice of {two['Dice'].mean():.3f} is the highest."
    assert segmentation_guesses.best("Cross-entropy", two).startswith("No: Dice has a Dice of")
    close = {"A": HARD, "B": HARD + RNG.normal(0, 0.2, (30, 1))}
    worse = min(close, key=lambda label: close[label].mean())
    assert segmentation_guesses.best(worse, close).startswith("Too close to call")
    assert segmentation_guesses.best("Dice", {"Dice": HARD}) == ""
    assert segmentation_guesses.best("Tversky", two) == ""


def test_a_range_is_from_and_below():
    groups = {"A U-Net": np.array([[0.7], [0.7], [np.nan]])}
    assert segmentation_guesses.ranged("0.7 to 0.85", groups) == "Right: the Dice of A U-Net is 0.700."
    assert segmentation_guesses.ranged("0.5 to 0.7", groups).startswith("No:")
    assert segmentation_guesses.ranged("0.5 to 0.7", {"A U-Net": np.array([[np.nan]])}) == ""
    assert all(low < high for low, high in segmentation_guesses.RANGES.values())


def test_what_the_winner_missed_less_is_told_only_where_the_cases_tell_them_apart():
    two = {label: GROUPS[label] for label in ("Dice", "Cross-entropy")}
    missed = {"Dice": (0.1, 0.2), "Cross-entropy": (0.4, np.nan)}
    said = segmentation_guesses.why(two, missed)
    assert said.startswith("Dice missed 10.0% of the true pixels, and 20.0% of those that it drew are false.")
    assert said.endswith("false. Cross-entropy drew nothing at all.")
    assert segmentation_guesses.why({"A": HARD, "B": HARD}, {"A": (0, 0), "B": (0, 0)}) == ""
