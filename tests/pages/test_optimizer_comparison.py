import pytest

from medcore import catalog
from medcore.labs import optimizers as lab
from medcore.runs import schema, status
from medcore.spec import RunSpec

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
    assert table.loc["Adam", "Accuracy"] == "90.0% [85–93]"
    assert table.loc["Adam", "Updates (s)"] == "0.4"
    assert table.loc["Adam", "In all (s)"] == "2.5"
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
        "The schedule is longer than the run: it has a first step after 9 epochs. Received: a run of 5"
    ]
    assert page.button(key="train").disabled


def test_the_learning_rate_over_the_run_is_drawn_before_it_starts(open_page):
    assert not open_page(PAGE).get("plotly_chart")
    assert len(open_page(PAGE, schedule="Cosine", warmup="1").get("plotly_chart")) == 1


def test_several_seeds_are_told_as_mean_and_deviation_and_one_by_one(open_page, train_all):
    accuracies = {"Momentum · seed 0": 0.7, "Momentum · seed 1": 0.9, "Adam · seed 0": 0.8, "Adam · seed 1": 0.8}
    ids = train_all(accuracies, optimizers=["momentum", "adam"], seeds=2)
    page = open_page(PAGE, runs=",".join(ids))
    assert not page.exception
    table = page.dataframe[0].value.set_index("Run")
    assert table.loc["Momentum", "Accuracy"] == "80.0% ± 14.1%"
    assert table.loc["Adam", "Seeds"] == "2 of 2"
    captions = " ".join(c.value for c in page.caption)
    assert "Thick: the mean over 2 seeds" in captions
    assert "one standard deviation over the seeds" in captions
    table = page.toggle(key="single_runs").set_value(True).run().dataframe[0].value
    assert list(zip(table["Run"], table["Seed"], strict=True)) == [
        ("Momentum", "0"),
        ("Momentum", "1"),
        ("Adam", "0"),
        ("Adam", "1"),
    ]
    assert table["Accuracy"][1] == "90.0% [85–93]"


def test_a_rate_that_diverges_is_said_and_the_others_go_on(open_page, train_all):
    accuracies = {"Adam · 0.001": 0.9, "Adam · 0.01": 0.8, "Adam · 10": None}
    ids = train_all(accuracies, optimizers=["adam"], vary="learning_rate", values=[0.001, 0.01, 10])
    page = open_page(PAGE, runs=",".join(ids))
    assert not page.exception
    assert "**Adam · 10** · diverged at update 37: the loss left all bounds" in markdown(page)
    assert "**Adam · 0.01** · 40 updates in 0.4 s (2.5 s with start and evaluation)" in markdown(page)
    assert "Learning rates" in [s.value for s in page.subheader]
    assert any("A cross marks a rate at which runs diverged" in c.value for c in page.caption)
    assert page.toggle(key="log_loss").value
    table = page.dataframe[0].value.set_index("Run")
    assert table.loc["Adam · 10", "Accuracy"] == "—"


@pytest.mark.parametrize("optimizers", [["adam"], ["minibatch", "adam", "lion", "rmsprop", "nadam"]])
def test_an_engine_that_cannot_start_is_said_where_the_runs_are(open_page, store, optimizers):
    rates = [0.0001, 0.001, 0.01]
    specs = lab.runs(dataset="digits", optimizers=optimizers, vary="learning_rate", values=rates)
    ids = store.create(specs, "somebody")
    status.write(status.Status(None, 0.0, problem="The training engine stopped 3 times in a row: no space left."))
    page = open_page(PAGE, runs=",".join(ids))
    said = "Nothing can be trained at the moment. The training engine stopped 3 times in a row: no space left."
    assert [e.value for e in page.error] == [said]


def test_usual_rates_of_different_optimizers_are_no_sweep(open_page, train_all):
    accuracies = {"Mini-batch SGD": 0.7, "Adam": 0.9, "Lion": 0.8}
    ids = train_all(accuracies, optimizers=["minibatch", "adam", "lion"], learning_rate={"lion": 0.0001})
    page = open_page(PAGE, runs=",".join(ids))
    assert not page.toggle(key="log_loss").value


def test_batch_sizes_and_schedules_have_their_charts(open_page, train_all):
    accuracies = {"Adam · batch 8": 0.9, "Adam · batch all": 0.8}
    settings = {"optimizers": ["adam"], "vary": "batch_size", "values": [8, "all"], "schedule": "cosine"}
    page = open_page(PAGE, runs=",".join(train_all(accuracies, **settings)))
    assert not page.exception
    assert [s.value for s in page.subheader if s.value[0] in "BL"] == ["Batch sizes", "Learning rate over the run"]


def test_optimizers_alone_have_no_charts_of_what_did_not_vary(open_page, finished):
    page = open_page(PAGE, runs=",".join(finished))
    assert not {"Batch sizes", "Learning rates", "Learning rate over the run"} & {s.value for s in page.subheader}


@pytest.mark.parametrize("missing", ["schedule", "training", "preparation"])
def test_runs_stored_by_an_older_version_are_shown(open_page, store, finished, missing):
    """Of `training`, only what came later is missing."""
    old = RunSpec.from_dict(store.find(finished)[0].spec).to_dict()
    later = old["training"].pop("record_path") if missing == "training" else old.pop(missing)
    assert later is not None
    with store._write() as connection:
        connection.execute(schema.runs.update().values(spec=old))
    page = open_page(PAGE, runs=",".join(finished))
    assert not page.exception
    assert page.get("plotly_chart")


def test_the_layers_of_a_run_are_drawn(open_page, train_all):
    ids = train_all({"Momentum": 0.7, "Adam": 0.8}, optimizers=["momentum", "adam"])
    page = open_page(PAGE, runs=",".join(ids), about="Layers")
    assert not page.exception
    assert page.selectbox(key="layers_run").options == ["Momentum", "Adam"]
    page = page.selectbox(key="layers_run").set_value("Adam").run()
    assert not page.exception
    assert any("by what share of its weights an update moves it" in c.value for c in page.caption)


def test_every_chart_of_the_page_can_be_taken_home(open_page, train_all, monkeypatch):
    from medcore.ui import take_home

    offered = []
    monkeypatch.setattr(take_home, "chart_export", lambda charts, *_, **__: offered.extend(charts))
    settings = {"optimizers": ["adam"], "vary": "learning_rate", "values": [0.001, 0.01, 0.1], "schedule": "cosine"}
    ids = train_all({"Adam · 0.001": 0.7, "Adam · 0.01": 0.8, "Adam · 0.1": 0.6}, **settings)
    page = open_page(PAGE, runs=",".join(ids), about="Take it home")
    assert not page.exception
    drawn = [
        "Training curves",
        "Test accuracy",
        "Learning rates",
        "Learning rate over the run",
        "Layers of Adam · 0.001",
        "Losses",
    ]
    assert [title for title in offered if title != "Differences"] == drawn


def test_runs_of_two_comparisons_keep_apart_under_one_label(open_page, train_all):
    ids = [run for accuracy in (0.7, 0.8) for run in train_all({"Adam": accuracy}, optimizers="adam")]
    seeds = {"Adam · seed 0": 0.6, "Adam · seed 1": 0.5}
    ids += [run for _ in range(2) for run in train_all(seeds, optimizers="adam", seeds=2)]
    page = open_page(PAGE, runs=",".join(ids))
    assert not page.exception
    settings = next(frame.value for frame in page.dataframe if "Learning rate" in frame.value)
    assert list(settings["Run"]) == ["Adam", "Adam (2)"]
    labels = ("Adam", "Adam (2)", *seeds, "Adam (2) · seed 0", "Adam (2) · seed 1")
    assert all(f"**{label}**" in markdown(page) for label in labels)


def test_many_runs_are_counted_and_the_diverged_ones_named(open_page, train_all):
    rates = [10.0**-n for n in range(1, 11)]
    accuracies = {f"Adam · {rate:g}": 0.5 + rate if rate < 0.1 else None for rate in rates}
    page = open_page(PAGE, runs=",".join(train_all(accuracies, optimizers="adam", vary="learning_rate", values=rates)))
    assert not page.exception
    assert "10 runs: 1 diverged, 9 done" in markdown(page)
    assert "**Adam · 0.1** · diverged at update 37" in markdown(page)


@pytest.mark.parametrize("part", ["On a surface", "Common mistakes"])
def test_the_other_parts_of_the_page_are_there(open_page, part):
    page = open_page(PAGE, part=part)
    assert not page.exception
    assert page.title[0].value == "Which optimizer learns fastest?"


@pytest.mark.parametrize("tab", ["Lesson", "Losses", "Layers", "Loss surface", "The data set", "Take it home"])
def test_every_tab_opens_before_anything_was_trained(open_page, tab):
    page = open_page(PAGE, dataset="Digits 8x8", about=tab)
    assert not page.exception
    assert not page.error
