"""The part on few and bad labels of the regularization lab."""

import pytest

from medcore.labs import few_labels as lab
from tests.ui import made_runs

PAGE, PART = "regularization_lab", "Few and bad labels"


@pytest.fixture
def finished(store):
    """Ids of finished runs: the MLP and a classic on 20 and 50 digits, two seeds."""
    specs = lab.runs(dataset="digits", values=[20, 50], knob="", classics=["knn"], seeds=2, updates=10)
    ids = store.create(specs, "somebody")
    for run_id, spec in zip(ids, specs.values(), strict=True):
        classic = spec.task == "classic"
        accuracy = 0.5 + 0.004 * spec.sample.images * (1 if classic else 2) + 0.01 * spec.seed
        store.claim("small")
        metrics = {"n": 359, "accuracy": accuracy, "balanced_accuracy": accuracy, "auc": 0.9, "f1_macro": accuracy}
        metrics |= {"intervals": {}, "recall": {}}
        measured = made_runs.result(None, None, epochs=0 if classic else 10) | {"val": metrics, "test": metrics}
        measured["data"] |= {"classes": list("0123456789")}
        measured["notes"] = ["There are 20 training images, so 20 neighbours are asked."] if classic else []
        store.finish(run_id, "done", result=measured | {"seconds": 0.2, "update_seconds": 0.1})
    return ids


def test_it_opens_with_a_plan_and_trains_it(open_page, store):
    page = open_page(PAGE, part=PART, dataset="Digits 8x8")
    assert not page.exception
    assert any("60 runs: MLP, Logistic regression, Random forest" in m.value for m in page.markdown)
    page.button(key="labels_train").click().run()
    assert not page.exception
    records = store.find("".join(page.query_params["labels"]).split(","))
    assert len(records) == 60
    assert {record.spec["task"] for record in records} == {"classification", "classic"}
    assert page.button(key="labels_train").disabled


def test_finished_runs_become_curves_numbers_and_a_sentence(open_page, finished):
    page = open_page(PAGE, part=PART, labels=",".join(finished))
    assert not page.exception
    (said,) = [m.value for m in page.markdown if "With 50 images: MLP" in m.value]
    assert "MLP is ahead with 20 and 50 images" in said
    assert any("k-nearest neighbours: There are 20 training images" in caption.value for caption in page.caption)
    assert any("Few images" in markdown.value for markdown in page.markdown)  # of the lesson
    table = next(frame.value for frame in page.dataframe if "Balanced accuracy" in frame.value)
    assert list(table["Run"]) == ["MLP", "MLP", "k-nearest neighbours", "k-nearest neighbours"]
    assert list(table["Value"]) == ["20 images", "50 images"] * 2
    assert table["Accuracy"][0].startswith("66.5% [60.1% to 72.9%]")
    assert len(page.get("plotly_chart")) == 4


@pytest.mark.parametrize(
    ("guess", "answer"),
    [
        ("MLP", "It has the highest mean there, 66.5% balanced accuracy."),
        ("k-nearest neighbours", "MLP has the highest mean there, 66.5% balanced accuracy; your guess 58.5%."),
    ],
)
def test_a_guess_is_answered_where_it_is_hardest(open_page, finished, guess, answer):
    page = open_page(PAGE, part=PART, labels=",".join(finished), line_guess=guess)
    assert page.pills(key="next_line_guess").label == "Next runs: what will be ahead at 20 images?"  # by the controls
    assert any(f"**Your guess: {guess}.** {answer}" in m.value for m in page.markdown)


def test_a_rare_class_among_all_images(open_page, store):
    page = open_page(PAGE, part=PART, dataset="Digits 8x8", question="A rare class", images="all")
    assert not page.exception
    page.button(key="labels_train").click().run()
    assert not page.error
    records = store.find("".join(page.query_params["labels"]).split(","))
    assert {record.spec["sample"]["images"] for record in records} == {None}


def test_what_the_set_has_not_is_refused_before_anything_is_queued(open_page, store):
    page = open_page(PAGE, part=PART, dataset="CT simulator: liver lesions", question="A rare class", images="1,000")
    page.button(key="labels_train").click().run()
    assert not page.exception
    assert any("all there are. Received: 1,000" in error.value for error in page.error)
    assert "labels" not in page.query_params
    assert not store.finished("classification", "ct-simulator")
