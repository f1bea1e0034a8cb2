"""Which optimizer learns fastest?"""

import streamlit as st

from medcore.labs import optimizers as lab
from medcore.spec import RunSpec
from medcore.ui import controls, data_card, lesson, live_panel, recipe, results, setup_table, take_home
from medcore.ui.plain import plain

with st.sidebar:
    entry = controls.dataset("classification")
    model = controls.model()
    names = controls.optimizers(default=("minibatch", "momentum", "adam"))
    loss, delta = controls.loss()
    epochs = controls.epochs()
    batch_size = controls.batch_size()
    with st.expander("Learning rates", expanded=True):
        rates = controls.learning_rates(names)
    with st.expander("More"):
        decays = controls.weight_decays(names)
        own = controls.optimizer_options(names)
        weights = controls.evaluated_weights()
        class_weights = controls.class_weights()
        seed = controls.seed()
    with st.expander("Preparation"):
        preparation = recipe.show()
        st.markdown(f"[See it on an image]({recipe.address(preparation, entry.card.title)})")
    options = {}
    if entry.options:
        with st.expander(entry.card.title):
            options = controls.source_options(entry.options)

st.title("Which optimizer learns fastest?")
st.caption("Same network, same first weights, same order of images: only the update rule and its settings differ.")
specs = {}
try:
    specs = lab.runs(
        dataset=entry.card.name,
        model=model,
        optimizers=names,
        learning_rate=rates,
        weight_decay=decays,
        options=own,
        loss=loss,
        delta=delta,
        batch_size=batch_size,
        epochs=epochs,
        seed=seed,
        weights=weights,
        class_weights=class_weights,
        data_options=options,
        preparation=preparation,
    )
except ValueError as error:
    st.error(plain(str(error)))
if not entry.available:
    data_card.offer_download(entry)

records = live_panel.shown()
live_panel.buttons(specs if entry.available else {}, records)
if records:
    chart, numbers = st.columns([3, 2], gap="medium")
    with chart:
        live_panel.show(records)
    with numbers:
        live_panel.progress(records)
        results.accuracies(records)
    results.table(records)
    with st.expander("Settings of these runs"):
        setup_table.show({r.label: RunSpec.from_dict(r.spec) for r in records}, None)
else:
    setup_table.show(specs, entry.sizes_for(options).get("train"))

lesson_tab, data_tab, home_tab = st.tabs(
    ["Lesson", "The data set", "Take it home"], on_change="rerun", key="about", bind="query-params"
)
if lesson_tab.open:
    with lesson_tab:
        lesson.show("optimizers")
if data_tab.open:
    with data_tab:
        data_card.show(entry)
        data_card.unreadable()
if home_tab.open:
    with home_tab:
        take_home.show("optimizers", specs, records)
