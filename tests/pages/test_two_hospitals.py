"""The part on two hospitals of the page on transfer learning."""

import numpy as np
import pytest

from medcore.data import sources
from medcore.labs import two_hospitals as lab
from medcore.runs import files
from medcore.ui.transfer import features_panel
from tests.ui import made_runs

PAGE, PART = "transfer_learning", "Two hospitals"
SHORT = {"part": PART, "shift": "Worse images", "dataset": "Digits 8x8", "hospital_side": "as they are"}
SCORES = {"source_only": 0.4, "adabn": 0.8, "coral": 0.5, "dann": 0.7, "fine_tune": 0.75, "target": 0.9}
"""Of the target, by method; the seeds differ by little."""


def keep(store, specs):
    """Finished runs with figures made by hand, and the features that they keep."""
    ids = store.create(specs, "somebody")
    rng = np.random.default_rng(0)
    for run_id, spec in zip(ids, specs.values(), strict=True):
        asked = spec.adaptation
        store.claim("small")
        accuracy = SCORES[asked.method] + 0.01 * spec.seed
        metrics = {"n": 359, "accuracy": accuracy, "balanced_accuracy": accuracy, "auc": 0.9, "intervals": {}}
        result = made_runs.result(None, None) | {"val": metrics, "test": metrics, "published": {}}
        result["source_test"] = metrics | {"accuracy": 0.95}
        result["data"] |= {"classes": list("0123456789")}
        result |= {"distance": {"before": {"proxy_a": 1.9, "coral": 0.2}, "after": {"proxy_a": 0.5, "coral": 0.01}}}
        result |= {"features_before": "trained" if asked.method in ("adabn", "fine_tune") else "first"}
        result |= {"flattery": {"accuracy_by_source": accuracy, "accuracy_by_target": accuracy + 0.03}}
        result |= {"files": {"embedding": features_panel.FILE}, "seconds": 2.0, "update_seconds": 0.5}
        result |= {"evaluated": "best", "best_epoch": 3}
        store.finish(run_id, "done", result=result)
        clouds = {
            f"{kind}_{when}": rng.normal(size=(40, 2)) for kind in ("pca", "tsne") for when in ("before", "after")
        }
        files.folder(run_id).mkdir(parents=True, exist_ok=True)
        where = files.folder(run_id) / features_panel.FILE
        np.savez(where, domain=np.repeat([0, 1], 20), labels=np.arange(40) % 10, **clouds)
    return ids


@pytest.fixture
def settings():
    return {"shift": "corruption", "dataset": "digits", "side": None, "seeds": 3}


@pytest.fixture
def read(store):
    """The digits were looked at before, so that no page waits for them."""
    sources.keep_snapshot("digits", {})  # in this process, which has all that is needed


def test_it_shows_both_places_before_anything_is_trained_and_trains_what_it_says(open_page, store, read):
    page = open_page(PAGE, **SHORT)
    assert not page.exception
    words = [markdown.value for markdown in page.markdown]
    assert "**Source: Digits 8x8**" in words
    assert "**Target: Digits 8x8, inverted contrast 1**" in words
    (said,) = [text for text in words if text.startswith("Pixel values")]
    source, target = (float(part.split(",")[0]) for part in said.split("mean ")[1:3])
    assert source + target == pytest.approx(1, abs=0.002)  # black and white are exchanged
    assert any("Train makes 18 runs: Source only, AdaBN, Deep CORAL, DANN" in text for text in words)
    page.button(key="hospitals_train").click().run()
    assert not page.exception
    records = store.find("".join(page.query_params["hospitals"]).split(","))
    assert {record.spec["task"] for record in records} == {"adapt"}
    assert {record.spec_hash for record in records} == {
        spec.hash for spec in lab.runs("corruption", "digits", side=None).values()
    }


def test_finished_runs_become_sentences_a_chart_and_features(open_page, store, read, settings):
    guessed = {"lost_guess": "over 30", "back_guess": "DANN"}
    page = open_page(PAGE, hospitals=",".join(keep(store, lab.runs(**settings))), **SHORT, **guessed)
    assert not page.exception
    words = "\n".join(markdown.value for markdown in page.markdown)
    assert "**Your guess: over 30 points.** Right: the shift costs 50.0 percentage points" in words
    assert "**Your guess: DANN.** No: AdaBN 82.0% (80% of the loss back), your guess DANN 72.0% (60%" in words
    assert "**Why it comes back**" in words
    assert page.pills(key="lost_guess").disabled
    said = next(markdown.value for markdown in page.markdown if "the shift costs" in markdown.value)
    assert "**95.0%** of the source's test images and in **42.0%** of the target's (mean of 3 seeds)" in said
    assert "the shift costs **50.0 percentage points**" in said
    assert "**Half of it or more: AdaBN, Fine-tuned on 20 labels and DANN.**" in said
    assert not page.warning
    distances = next(frame.value for frame in page.dataframe if "Proxy A-distance" in frame.value)
    assert list(distances["Run"])[:3] == [features_panel.FIRST, "Source only", "AdaBN"]
    assert list(distances["Proxy A-distance"]) == ["1.9"] + 6 * ["0.5"]
    assert "Deep CORAL and DANN did not bring the hospitals together" in words
    assert len(page.get("plotly_chart")) == 4  # histogram, recovery, training, features
    page.segmented_control(key="embedding").set_value("t-SNE").run()
    assert not page.exception


def test_the_mistake_says_by_how_much_it_flatters_and_lost_features_are_said_to_be(open_page, store, read, settings):
    runs = lab.runs(**settings | {"choose_on_target": True, "seeds": 1, "methods": ["source_only", "dann"]})
    ids = keep(store, runs)
    (files.folder(ids[0]) / features_panel.FILE).unlink()
    page = open_page(PAGE, hospitals=",".join(ids), **SHORT)
    assert not page.exception
    flattery, lost = (warning.value for warning in page.warning)
    assert "adds +3.0 percentage points on average" in flattery
    assert "DANN +3.0" in flattery
    assert "cannot be read" in lost


def test_runs_on_images_that_are_not_here_say_so(open_page, store):
    (run,) = keep(store, lab.runs("digits", methods=["source_only"], seeds=1))
    page = open_page(PAGE, hospitals=run, **SHORT)
    assert not page.exception
    assert any("is not on this machine" in info.value for info in page.info)


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"hospital_batch_norm": "false"}, "AdaBN changes what batch normalisation knows"),
        ({"shift": "Two data sets"}, "Two data sets need another one as target"),
        ({"shift": "MNIST to digits"}, "is not on this machine yet"),
    ],
)
def test_what_is_in_the_way_is_said_in_a_sentence(open_page, query, sentence):
    page = open_page(PAGE, **SHORT | query)
    assert not page.exception
    said = [element.value for element in (*page.error, *page.warning)]
    assert any(sentence in text for text in said), said
