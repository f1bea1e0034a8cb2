import pytest

from medcore import catalog

PAGE = "optimizer_comparison"


def markdown(page) -> str:
    return "\n".join(element.value for element in page.markdown)


def train(page):
    return page.button(key="train").click().run()


def test_opens_with_a_comparison_ready_to_train(open_page):
    page = open_page(PAGE)
    assert not page.exception
    assert page.title[0].value == "Which optimizer learns fastest?"
    assert page.selectbox(key="dataset").value == "CT simulator: liver lesions"
    assert not page.button(key="train").disabled
    assert page.button(key="stop").disabled
    settings = page.dataframe[0].value.set_index("Run")
    assert list(settings.index) == ["Mini-batch SGD", "Momentum", "Adam"]
    assert settings.loc["Adam", "Learning rate"] == "0.001"


def test_train_queues_what_the_controls_say_and_puts_the_runs_into_the_url(open_page, store):
    page = open_page(PAGE)
    page.selectbox(key="dataset").set_value("Digits 8x8")
    page.slider(key="epochs").set_value(3)
    page.select_slider(key="lr_adam").set_value(0.003)
    page = train(page.run())
    ids = page.query_params["runs"].split(",")
    records = store.find(ids)
    assert [r.label for r in records] == ["Mini-batch SGD", "Momentum", "Adam"]
    assert {r.state for r in records} == {"queued"}
    assert {r.spec["data"]["name"] for r in records} == {"digits"}
    assert {r.spec["training"]["epochs"] for r in records} == {3}
    assert records[2].spec["optimizer"]["learning_rate"] == 0.003
    assert "waits for a free training slot" in markdown(page)


def test_stop_ends_what_waits(open_page, store):
    page = train(open_page(PAGE, dataset="Digits 8x8"))
    page = page.button(key="stop").click().run()
    assert {r.state for r in store.find(page.query_params["runs"].split(","))} == {"cancelled"}
    assert "stopped; what was measured so far is kept" in markdown(page)


def test_finished_runs_show_chart_metrics_and_baseline(open_page, finished):
    page = open_page(PAGE, runs=",".join(finished))
    assert not page.exception
    assert len(page.get("plotly_chart")) == 2
    table = page.dataframe[0].value.set_index("Run")
    assert table.loc["Adam", "Accuracy"] == "0.900 [0.85–0.93]"
    assert any("Always answering “1” is right in 10.0%" in c.value for c in page.caption)
    assert any("The controls differ" in c.value for c in page.caption)


@pytest.mark.parametrize("runs", ["nonsense", "a,b,,c", "'; drop table runs; --", "x" * 5000])
def test_runs_that_do_not_exist_are_no_runs(open_page, runs):
    page = open_page(PAGE, runs=runs)
    assert not page.exception
    assert page.button(key="stop").disabled


def test_no_optimizer_is_said_and_cannot_be_trained(open_page):
    page = open_page(PAGE)
    page = page.button_group(key="optimizers").set_value([]).run()
    assert [e.value for e in page.error] == ["Choose 1 to 8 optimizers. Received: 0"]
    assert page.button(key="train").disabled


def test_too_many_optimizers_are_said(open_page):
    page = open_page(PAGE)
    page = page.button_group(key="optimizers").set_value([c.label for c in catalog.OPTIMIZERS.values()]).run()
    assert [e.value for e in page.error] == ["Choose 1 to 8 optimizers. Received: 11"]


def test_a_set_that_is_not_here_says_how_to_get_it(open_page):
    page = open_page(PAGE, dataset="BreastMNIST")
    assert any("BreastMNIST is not on this machine yet." in w.value for w in page.warning)
    assert page.button(key="train").disabled


def test_a_damaged_file_is_named_and_the_others_stay(open_page, tmp_path, monkeypatch):
    (tmp_path / "broken.npz").write_bytes(b"no zip file")
    monkeypatch.setenv("MEDCORE_DATA", str(tmp_path))
    page = open_page(PAGE, dataset="Digits 8x8", about="The data set")
    assert not page.exception
    assert any(w.value.startswith("**broken**: ") for w in page.warning)
    assert "Digits 8x8" in page.selectbox(key="dataset").options


def test_huber_asks_for_its_delta(open_page, store):
    page = open_page(PAGE, dataset="Digits 8x8", loss="Huber")
    page.select_slider(key="delta").set_value(0.3)
    page = train(page.run())
    assert store.active()[0].spec["loss"] == {"name": "huber", "options": {"delta": 0.3}}


def test_an_optimizers_own_parameters_reach_its_run_alone(open_page, store):
    page = open_page(PAGE, dataset="Digits 8x8")
    page.select_slider(key="momentum_momentum").set_value(0.5)
    page = train(page.run())
    options = {r.label: r.spec["optimizer"]["options"] for r in store.active()}
    assert options["Momentum"] == {"momentum": 0.5}
    assert options["Adam"] == {"beta_1": 0.9, "beta_2": 0.999}


def test_while_my_runs_train_there_is_stop_and_no_second_train(open_page):
    page = train(open_page(PAGE, dataset="Digits 8x8"))
    assert page.button(key="train").disabled
    page = page.button(key="stop").click().run()
    assert not page.button(key="train").disabled


def test_a_failed_run_says_why(open_page, store):
    page = train(open_page(PAGE, dataset="Digits 8x8"))
    failed = store.claim("small")
    store.finish(failed.id, "failed", error="The training process was killed.")
    assert "The training process was killed." in markdown(page.run())


def test_the_recipe_in_the_url_reaches_every_run_and_the_table(open_page, store):
    query = {"prep_corruption": "Blur", "prep_blur_sigma": "3", "prep_normalisation": "Z-score"}
    page = open_page(PAGE, dataset="Digits 8x8", **query)
    settings = page.dataframe[0].value.set_index("Run")
    assert set(settings["Preparation"]) == {"Blur 3, Z-score (training set)"}
    assert "(/data_explorer?tab=Preparation&dataset=Digits+8x8&prep_corruption=Blur&" in markdown(page)
    page = train(page)
    recipes = [run.spec["preparation"] for run in store.active()]
    assert recipes == [{"steps": {"blur": {"sigma": 3.0}, "zscore": {"scope": "train"}}, "corrupted": "all"}] * 3
    assert not page.exception


def test_without_a_recipe_the_table_says_nothing_of_it(open_page):
    assert "Preparation" not in open_page(PAGE).dataframe[0].value.columns


def test_a_sweep_over_several_seeds_is_what_the_controls_say(open_page, store):
    page = open_page(PAGE, dataset="Digits 8x8", optimizers="Adam", vary="Learning rate", seeds="2")
    page = page.button_group(key="values_learning_rate").set_value(["0.001", "0.1"]).run()
    assert not page.exception
    page = train(page)
    runs = store.find(page.query_params["runs"].split(","))
    assert [run.label for run in runs] == [f"Adam · {rate} · seed {seed}" for rate in (0.001, 0.1) for seed in (0, 1)]
    assert [run.spec["optimizer"]["learning_rate"] for run in runs] == [0.001, 0.001, 0.1, 0.1]


def test_200_seeds_are_said_and_not_trained(open_page):
    page = open_page(PAGE, seeds="200")
    assert "Seeds must be a whole number from 1 to 10. Received: 200" in [w.value for w in page.warning]
    assert not page.exception
    assert page.slider(key="seeds").value <= 10


def test_more_runs_than_there_may_be_are_said_and_cannot_be_trained(open_page):
    page = open_page(PAGE, vary="Learning rate", seeds="10")
    assert [e.value for e in page.error] == [
        "A comparison has at most 64 runs. Received: 3 optimizers x 7 learning rates x 10 seeds"
    ]
    assert page.button(key="train").disabled


@pytest.mark.parametrize("vary", ["Learning rate", "Batch size", "Schedule", "Loss"])
def test_nothing_to_vary_over_is_said_and_cannot_be_trained(open_page, vary):
    page = open_page(PAGE, vary=vary)
    assert not page.exception
    assert not page.button(key="train").disabled
    page = page.button_group(key=f"values_{vary.lower().replace(' ', '_')}").set_value([]).run()
    assert len(page.error) == 1
    assert page.error[0].value.startswith("Choose at least one of the ")
    assert page.button(key="train").disabled


def test_a_schedule_longer_than_the_run_is_said_and_cannot_be_trained(open_page):
    page = open_page(PAGE, schedule="Step", schedule_every="9")
    assert [e.value for e in page.error] == [
        "The schedule is longer than the run: its warm-up and first step take 9 epochs. Received: a run of 5"
    ]
    assert page.button(key="train").disabled


def test_the_learning_rate_over_the_run_is_drawn_before_it_starts(open_page):
    assert not open_page(PAGE).get("plotly_chart")
    assert len(open_page(PAGE, schedule="Cosine", warmup="1").get("plotly_chart")) == 1
