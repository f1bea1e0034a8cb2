"""Look inside: which network and image, a question that is asked once, and its answer on the page."""

import json
import shutil

import numpy as np
import pytest

from medcore.data import cache, sources
from medcore.data.dataset import ImageDataset
from medcore.labs import inside, optimizers
from medcore.runs import files
from medcore.spec import ExplanationSpec, RunSpec
from medcore.ui import finished_networks
from medcore.ui.inside import inside_images, inside_layers

PAGE, PART = "transfer_learning", "Look inside"
CLASSES = [str(i) for i in range(10)]


@pytest.fixture(scope="module")
def read(tmp_path_factory):
    """What is kept of the digits, measured once for all these tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MEDCORE_HOME", str(tmp_path_factory.mktemp("read")))
        sources.keep_snapshot("digits", {})  # in this process, which has all that is needed
        yield cache.folder()


@pytest.fixture
def trained(store, read):
    """Id of a finished CNN of the digits, right about every second test image."""
    shutil.copytree(read, cache.folder(), dirs_exist_ok=True)
    (run_id,) = store.create(optimizers.runs(dataset="digits", optimizers=["adam"], epochs=1), "somebody")
    store.claim("small")
    labels = sources.snapshot("digits")["test"].labels
    said = np.where(np.arange(len(labels)) % 2, (labels + 1) % 10, labels)
    folder = files.folder(run_id)
    folder.mkdir(parents=True)
    (folder / "model.keras").touch()
    arrays = {"probabilities": np.eye(10)[said], "labels": np.asarray(labels), "rows": np.arange(len(labels))}
    np.savez(folder / "predictions.npz", **arrays)
    result = {"seconds": 1.0, "test": {"accuracy": 0.5, "n": 359}, "data": {"classes": CLASSES}}
    store.finish(run_id, "done", result=result)
    return run_id


def asked(store):
    return [run for run in store.active() if run.spec["task"] == "explain"]


def answer(store, request):
    """Writes what the task would write for a question about heatmaps, layers or neighbours."""
    assert store.claim("small").id == request.id
    wanted = request.spec["explanation"]
    methods = {
        name: {"layer": "relu2", "change": 2.0, "missed": 0.01, "steps": 32, "seconds": 0.02}
        | {"patch": 2, "stride": 1, "lowest": 0.1, "corner": [3, 4], "randomised": []}
        for name in wanted["methods"]
    }
    arrays = {"image": np.full((8, 8, 1), 90, np.uint8)} | {name: np.eye(8, dtype=np.float32) for name in methods}
    if wanted["randomised"]:
        for name, found in methods.items():
            found["randomised"] = [{"down_to": "conv1", "correlation": 0.9}]
            arrays[f"{name}/0"] = np.eye(8, dtype=np.float32)
    facts = {"classes": CLASSES, "probabilities": [0.82, *[0.02] * 9], "said": 0, "target": 0, "label": "0"}
    facts |= {"methods": methods, "layers": ["conv1", "relu2"], "layer": "relu2", "features": 64}
    near = [{"index": i, "taught": "0", "label": "7", "distance": 0.5 + i} for i in range(3)]
    facts |= {"nearest": near, "typical_distance": 1.0, "compared": 9, "learned_from": 20}
    one = {"channel": 5, "active": 0.4, "peak": [1, 1], "sources": [0], "terms": [0.75], "rest": 0.0, "bias": -0.25}
    layer = {"path": "conv1", "kind": "convolution", "largest": False, "depthwise": False, "input": [8, 8, 1]}
    layer |= {"output": [6, 6, 32], "size": [3, 3], "stride": [1, 1], "padding": "valid", "before": [0, 0]}
    layer |= {"parameters": 320, "activation": "", "silent": 2, "maps": [one | {"value": 0.5}]}
    facts["maps"] = [layer]
    arrays |= {"maps/0": np.zeros((1, 6, 6), np.float16), "sources/0": np.zeros((1, 1, 8, 8), np.float16)}
    arrays |= {"kernels/0": np.ones((1, 1, 3, 3)), "patches/0": np.ones((1, 1, 3, 3))}
    folder = files.folder(request.id)
    folder.mkdir(parents=True)
    np.savez(folder / "explanation.npz", facts=np.array(json.dumps(facts)), **arrays)
    store.finish(request.id, "done", result={"seconds": 0.1, "base": request.spec["base"]})


def words(page):
    return "\n".join(element.value for element in (*page.markdown, *page.caption, *page.subheader))


def test_with_nothing_trained_the_small_network_is_a_click_away(open_page, store):
    page = open_page(PAGE, part=PART)
    assert not page.exception
    page.button(key="inside_train").click().run()
    (run,) = store.active()
    assert RunSpec.from_dict(run.spec) == inside.start()["CNN"]


def test_a_question_is_asked_once_and_its_answer_shown_to_everyone(open_page, store, trained):
    page = open_page(PAGE, part=PART, model=trained, image="test:12", all_methods="false")
    assert not page.exception
    (request,) = asked(store)
    wanted = ExplanationSpec(**request.spec["explanation"])
    assert (request.spec["base"], wanted.split, wanted.index, wanted.methods) == (trained, "test", 12, ("gradcam",))
    page.run()
    assert len(asked(store)) == 1, "a rerun asks nothing new"
    answer(store, request)
    page.run()
    assert not page.exception
    said = words(page)
    assert "The network says **0**, :green[:material/check: right]" in said
    assert "For teaching and research, not for diagnosis." in said
    assert "Here it stays much the same (rank correlation 0.90" in said
    other = open_page(PAGE, part=PART, model=trained, image="test:12", all_methods="false")
    assert "The network says **0**" in words(other)
    assert asked(store) == []
    home = open_page("home")
    assert "Explanation" not in words(home)


def test_another_question_in_its_place_stops_the_one_nobody_waits_for(open_page, store, trained):
    page = open_page(PAGE, part=PART, model=trained, image="test:3", all_methods="false")
    page.segmented_control(key="method").set_value("Occlusion").run()
    (request,) = asked(store)
    assert request.spec["explanation"]["methods"] == ["occlusion"]
    page.segmented_control(key="method").set_value("Grad-CAM").run()
    (request,) = asked(store)
    assert request.spec["explanation"]["methods"] == ["gradcam"]


def test_layers_and_neighbours_have_their_own_questions(open_page, store, trained):
    page = open_page(PAGE, part=PART, model=trained, image="test:3", asking="Layer by layer")
    (request,) = asked(store)
    assert request.spec["explanation"]["maps"]
    answer(store, request)
    page.run()
    assert not page.exception
    assert "summed, 0.750 − 0.250 (bias) = **0.500**" in words(page)
    assert "320 weights, biases among them" in words(page)
    bare = {"size": [3, 3], "stride": [1, 1], "input": [8, 8, 1], "output": [6, 6, 32], "kind": "convolution"}
    bare |= {"depthwise": False, "parameters": 288, "biases": False, "padding": "same", "silent": 0}
    assert "288 weights, no biases." in inside_layers._sizes(bare)
    assert "⌊(8 − 3) / 1⌋ + 1 = 6" in words(page)
    page = open_page(PAGE, part=PART, model=trained, image="test:3", asking="Nearest training images")
    (request,) = asked(store)
    assert request.spec["explanation"]["nearest"] == 12
    answer(store, request)
    page.run()
    assert not page.exception
    assert "3 of the 3 training images nearest to this one were taught as that" in words(page)
    assert "9 of 20 training images, drawn at random" in words(page)


def test_mistakes_alone_and_names_that_mean_nothing(open_page, store, trained):
    page = open_page(PAGE, part=PART, model=trained, answers="Wrong")
    assert "179 test images; click one" in words(page)


def test_a_link_to_what_is_not_here_shows_nothing_else_in_its_place(open_page, store, trained):
    for name in ("f" * 32, "nonsense"):
        page = open_page(PAGE, part=PART, model=name)
        assert not page.exception
        assert [warning.value for warning in page.warning] == [finished_networks.MISSING]
        assert page.query_params["model"] == name
    page.selectbox(key="inside_model").select_index(0).run()
    assert not page.warning
    (request,) = asked(store)
    assert request.spec["base"] == trained
    for image, said in (("test:99999", "The test set has 359 images, the first is 0"), ("foo", "names no image")):
        page = open_page(PAGE, part=PART, model=trained, image=image)
        assert not page.exception
        assert said in page.warning[0].value
        assert len(asked(store)) == 1, "no other image is asked about"


def test_the_network_shown_stands_in_the_address_and_one_that_guesses_is_not_the_first(open_page, store, trained):
    (guessing,) = store.create(optimizers.runs(dataset="digits", optimizers=["momentum"], epochs=1), "somebody")
    store.claim("small")
    shutil.copytree(files.folder(trained), files.folder(guessing))
    test = {"accuracy": 0.1, "n": 359, "intervals": {"balanced_accuracy": [0.08, 0.12]}}
    store.finish(guessing, "done", result={"seconds": 1.0, "test": test, "data": {"classes": CLASSES}})
    page = open_page(PAGE, part=PART)
    assert page.query_params["model"] == trained
    options = page.selectbox(key="inside_model").options
    assert ["about chance" in option for option in options] == [True, False]
    page.selectbox(key="inside_model").set_value(guessing).run()
    del page.query_params["model"]
    page.run()
    assert page.query_params["model"] == guessing, "the session keeps what was chosen"


def test_a_name_that_a_control_of_another_part_wrote_is_no_link(open_page, store, trained):
    page = open_page(PAGE, part=PART, model="CNN")
    assert not page.exception
    assert not page.warning
    assert page.query_params["model"] == trained
    page.segmented_control(key="part").set_value("What to train").run()
    assert not page.exception


def test_it_opens_on_the_first_right_answer_of_the_class_that_is_looked_for():
    labels = np.array([0, 1, 1, 0, 1])
    part = ImageDataset(np.zeros((5, 8, 8, 1), np.uint8), labels, ("no lesion", "lesion"), None)
    said = inside_images.Said({0: "no lesion", 1: "no lesion", 2: "Lesion"}, {})
    everything = np.arange(5)
    assert inside_images._first({"test": part}, everything, said) == 2
    assert inside_images._first({"test": part}, everything, None) == 1
    assert inside_images._first({"test": part}, everything[[0, 3]], said) == 0
