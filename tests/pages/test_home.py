from medcore.labs import choosing_lambda, few_labels, optimizers, pruning, regularization, robustness, transfer_mistakes
from tests.pages.conftest import finish


def test_twelve_ways_to_start_and_nothing_running(open_page):
    page = open_page("home")
    assert not page.exception
    assert len(page.get("page_link")) == 12
    assert any("Nothing trains" in c.value for c in page.caption)


def test_what_runs_is_named_with_its_model_and_images(open_page, store):
    ids = store.create(optimizers.runs(dataset="digits", model="mlp", optimizers=["adam", "lion"]), "somebody")
    page = open_page("home")
    (text,) = (m.value for m in page.markdown if "waits for a free training slot" in m.value)
    assert text.startswith(f"[MLP on digits](/optimizer_comparison?runs={','.join(ids)})")
    assert "**Adam**" in text
    assert "**Lion**" in text


def test_a_comparison_stays_whole_and_in_its_order_when_some_of_it_has_ended(open_page, store):
    ids = store.create(optimizers.runs(dataset="digits", optimizers=["momentum", "adam"], epochs=1), "somebody")
    finish(store, store.claim("small").id, 0.8)
    (text,) = (m.value for m in open_page("home").markdown if "waits for a free training slot" in m.value)
    assert f"?runs={','.join(ids)})" in text
    assert text.index("**Momentum**") < text.index("**Adam**")


def test_a_test_of_a_model_links_to_where_it_is_shown(open_page, store):
    (run,) = store.create(robustness.runs("0" * 32, "digits", preparation={"blur": True}), "somebody")
    page = open_page("home")
    (text,) = (m.value for m in page.markdown if "waits for a free training slot" in m.value)
    assert text.startswith(f"[Test of a CNN on digits](/data_explorer?tab=Preparation&dataset=Digits+8x8&tests={run})")
    assert "**Blur 1.5**" in text


def waiting(page):
    return next(m.value for m in page.markdown if "waits for a free training slot" in m.value)


def test_images_of_another_session_are_called_so(open_page, store):
    secret = f"session-{'0' * 32}"
    store.create(optimizers.runs(dataset=secret, model="mlp", optimizers=["adam"]), "somebody")
    text = waiting(open_page("home"))
    assert text.startswith("[MLP on images of another session](")
    assert secret not in text


def test_whatever_learned_before_links_to_its_page(open_page, store):
    mistake = transfer_mistakes.mistakes()["batch_norm"]
    ids = store.create(mistake.wrong | mistake.right, "somebody")
    where = f"/transfer_learning?runs={','.join(ids)}"
    assert waiting(open_page("home")).startswith(f"[What to train of a CNN on ct-simulator]({where})")


def test_runs_of_the_regularization_lab_link_to_its_parts(open_page, store):
    specs = regularization.runs(dataset="digits", model="mlp", knobs=["l2"])
    ids = store.create(specs, "somebody")
    assert waiting(open_page("home")).startswith(f"[MLP on digits](/regularization_lab?runs={','.join(ids)})")
    store.cancel(ids)
    labelled = store.create(few_labels.runs(dataset="digits", question="imbalance", values=[1, 5], seeds=1), "somebody")
    page = open_page("home")
    assert f"[Few and bad labels: MLP on digits](/regularization_lab?part=Few+and+bad+labels&labels={labelled[0]}" in (
        waiting(page)
    )
    store.cancel(labelled)
    (pruned,) = store.create(pruning.runs(ids[0], specs["Nothing"]), "somebody")
    where = f"/regularization_lab?runs={ids[0]}&pruned={pruned}&about=Weights"
    assert waiting(open_page("home")).startswith(f"[Pruning of an MLP on digits]({where})")
    store.cancel([pruned])
    *_, parent = store.create_family(choosing_lambda.study(dataset="digits"), "somebody")
    where = f"/regularization_lab?part=Choosing+lambda&path={parent}"
    assert waiting(open_page("home")).startswith(f"[Choosing lambda for an MLP on digits]({where})")
