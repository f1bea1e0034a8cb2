"""What to train: the first part of the page on transfer learning."""

import pytest

from medcore.labs import transfer as lab
from tests.ui import made_runs

PAGE = "transfer_learning"


@pytest.fixture
def finished(store):
    """Ids of finished runs on 20 and 50 digits, two seeds: fine-tuning is ahead where images are few."""
    specs = lab.runs("digits", pretraining="digits", images=[20, 50], seed=1, seeds=2, size=None, data_options={})
    ids = store.create(specs, "somebody")
    for run_id, (label, spec) in zip(ids, specs.items(), strict=True):
        scratch = label.startswith("From scratch")
        accuracy = (0.5 + 0.005 * spec.sample.images if scratch else 0.8) + 0.002 * spec.seed
        store.claim("small")
        metrics = {"n": 359, "accuracy": accuracy, "balanced_accuracy": accuracy, "auc": 0.9, "f1_macro": accuracy}
        metrics |= {"intervals": {}, "recall": {}}
        measured = made_runs.result(None, None) | {"val": metrics, "test": metrics}
        measured["data"] |= {"classes": list("0123456789")}
        measured |= {"parameters": 65_000} | ({} if scratch else {"transfer": {"source": "run", "trainable": 650}})
        store.finish(run_id, "done", result=measured | {"seconds": 0.2, "update_seconds": 0.1})
    return ids


def test_it_opens_with_a_plan_and_a_picture_and_trains(open_page, store):
    page = open_page(PAGE)
    assert not page.exception
    (plan,) = [m.value for m in page.markdown if m.value.startswith("45 runs: Frozen features")]
    assert "scanner B instead of A" in plan
    assert any("Trained: Frozen features 130 (0.2%)" in caption.value for caption in page.caption)
    assert len(page.get("plotly_chart")) == 1
    assert "Frozen, fine-tuned, or from scratch" in [card.label for card in page.expander if card.proto.expanded]
    page.button(key="train").click().run()
    assert not page.exception
    records = store.find("".join(page.query_params["runs"]).split(","))
    assert {record.label for record in records} == set(lab.runs())
    assert {record.spec_hash for record in records} == {spec.hash for spec in lab.runs().values()}
    home = open_page("home")
    assert any(
        f"What to train of a CNN on ct-simulator](/{PAGE}?runs={records[0].id}" in m.value for m in home.markdown
    )


def test_finished_runs_become_a_verdict_curves_and_numbers(open_page, finished):
    guessed = {"ahead_guess": "From scratch", "catching_up_guess": "20 images"}
    page = open_page(PAGE, runs=",".join(finished), about="Settings", **guessed)
    assert not page.exception
    setup = next(frame.value for frame in page.dataframe if "Learned from" in frame.value)
    assert {"digits, 10 epochs", "—"} == set(setup["Learned from"])
    assert "50 epochs at 0.0001" in set(setup["Fine-tuning"])
    (said,) = [m.value for m in page.markdown if m.value.startswith("With 20 images: Frozen features 80.3%")]
    assert "what was learned elsewhere helps by +20.0 points" in said
    table = next(frame.value for frame in page.dataframe if "Balanced accuracy" in frame.value)
    assert list(table["Labelled"]) == ["20 images", "50 images"] * 3
    assert len(page.get("plotly_chart")) == 3
    words = "\n".join(m.value for m in page.markdown)
    assert "**Your guess: From scratch.** No: Frozen features has the highest mean, 80.3% balanced accuracy" in words
    assert "**Your guess: 20 images.** No. On average not even 50 images are enough: from scratch 75.3%" in words
    assert "**Why Frozen features came out ahead of From scratch**" in words
    assert page.pills(key="next_ahead_guess").label == "Next runs: which will be ahead with 20 images?"


def test_weights_that_are_not_here_are_said_and_offered_before_anything_is_queued(open_page, monkeypatch, tmp_path):
    monkeypatch.setenv("MEDCORE_WEIGHTS", str(tmp_path))
    page = open_page(PAGE, network="VGG16")
    assert not page.exception
    assert any("ImageNet weights of VGG16 are not on this machine" in warning.value for warning in page.warning)
    assert page.button(key="download_weights").label.endswith("notop.h5 (59 MB)")
    assert page.button(key="train").disabled
    assert any("Memory of a run, about: Frozen features" in caption.value for caption in page.caption)


def test_weights_that_are_here_are_offered_and_start_a_run(open_page, shared_data, monkeypatch, store):
    monkeypatch.setenv("MEDCORE_WEIGHTS", str(shared_data / "keras_weights"))
    page = open_page(PAGE)
    assert any("ImageNet weights of MobileNetV2 with alpha 0.35 are on" in m.value for m in page.markdown)
    assert page.button(key="try_weights").click().run().selectbox(key="network").value == "MobileNetV2"
    page = open_page(PAGE, network="MobileNetV2", dataset="Digits 8x8", unfrozen_mobilenetv2="3")
    assert any("blocks 10-12, blocks 13-15, block 16 and last" in caption.value for caption in page.caption)
    assert any("“From scratch” is off at first" in caption.value for caption in page.caption)
    page.button(key="train").click().run()
    records = store.find("".join(page.query_params["runs"]).split(","))
    known = [record.spec["transfer"] for record in records if record.spec["task"] == "transfer"]
    assert {of["source"] for of in known} == {"imagenet"}
    assert {of["unfrozen"] for of in known} == {0, 3}
    assert {record.spec["model"]["name"] for record in records if record.spec["task"] == "classification"} == {"cnn"}


def test_without_a_run_to_start_from_it_says_so(open_page):
    page = open_page(PAGE, source="A run")
    assert not page.exception
    assert any("No finished run of this session has a CNN" in caption.value for caption in page.caption)
    assert any("needs a finished run as its base" in error.value for error in page.error)
