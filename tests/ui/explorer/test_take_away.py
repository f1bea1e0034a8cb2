"""The panel that gives images away: what waits for a person, what is offered, what names say."""

import pytest
from streamlit.testing.v1 import AppTest

from medcore.imaging.shelf import Shelf
from medcore.ui.viewer import first
from tests.imaging.dicom import making

SCRIPT = """
import streamlit as st
from medcore.ui.explorer import take_away
shelf, stack, shown = st.session_state["shelf"], st.session_state["stack"], st.session_state["shown"]
take_away.show(shelf, stack, shown)
"""


@pytest.fixture
def shelf():
    made = Shelf(2**29)
    yield made
    made.close()


def page(shelf: Shelf, *files) -> AppTest:
    for number, data in enumerate(files):
        shelf.add(f"Hansemann {number}.dcm", bytes(data))
    assert shelf.wait(60)
    made = AppTest.from_string(SCRIPT, default_timeout=60)
    made.session_state["shelf"], made.session_state["stack"] = shelf, shelf.stacks()[0]
    made.session_state["shown"] = first(shelf.view(shelf.stacks()[0].id))
    return made.run()


def series(**values) -> list[memoryview]:
    window = {"WindowCenter": 40, "WindowWidth": 400}
    return making.series([(0, 0, z) for z in range(3)], PatientName="Hansemann^Erna", **window, **values)


def names(shown: AppTest) -> list[str]:
    return [button.proto.label for button in shown.get("download_button")]


def deidentify(shown: AppTest) -> None:
    shown.button(key="away_deidentify").click().run()
    assert shown.session_state["work"]["deidentified"].wait(60)
    shown.run()


def test_a_series_is_de_identified_on_a_click(shelf):
    shown = page(shelf, *series())
    assert names(shown) == ["This view (PNG)", "The volume (NIfTI)"]
    assert not shown.checkbox
    deidentify(shown)
    assert not shown.exception
    assert shown.success[0].value.startswith("3 images de-identified and checked")
    assert "De-identified DICOM (ZIP)" in names(shown)
    frame = shown.dataframe[0].value
    row = frame[frame["Name"] == "PatientName"].iloc[0]
    assert (row["What became of it"], row["Elements"], row["Files"]) == ("replaced", 3, 3)
    assert "Hansemann" not in frame.to_csv()


def test_images_that_may_carry_text_wait_for_a_tick(shelf):
    shown = page(shelf, *series(Modality="US"))
    assert names(shown) == []
    assert shown.button(key="away_deidentify").disabled
    assert len(shown.checkbox) == 2
    shown.checkbox[0].check().run()
    deidentify(shown)
    assert shown.success[0].value.startswith("3 images")
    shown.checkbox[1].check().run()
    assert {"This view (PNG)", "The volume (NIfTI)"} <= set(names(shown))


def test_a_result_is_offered_for_what_it_was_made_of_alone(shelf):
    shown = page(shelf, *series())
    deidentify(shown)
    assert shown.success
    shelf.add("another.dcm", bytes(making.written(making.slice_of(position=(0, 0, 9), number=4, WindowCenter=40))))
    assert shelf.wait(60)
    shown.session_state["stack"] = shelf.stacks()[0]
    shown.run()
    assert not shown.success
    assert "De-identified DICOM (ZIP)" not in names(shown)


def test_all_series_go_into_one_zip(shelf):
    shown = page(shelf, *series(), *series(series="2"))
    shown.button_group(key="away_which").set_value("All DICOM series").run()
    deidentify(shown)
    assert shown.success[0].value.startswith("6 images")


def test_what_cannot_be_given_out_says_why(shelf):
    def hide(dataset, index):
        if index == 1:
            dataset.VOILUTSequence = [making.item(LUTDescriptor=[8, 0, 16], LUTData=b"HANSEMANN" + bytes(7))]

    shown = page(shelf, *making.series([(0, 0, z) for z in range(3)], hide, PatientName="Hansemann^Erna"))
    deidentify(shown)
    assert "Series 1, file 2" in shown.warning[0].value
    assert "found a value of PatientName" in shown.warning[0].value
    assert "Hansemann" not in shown.warning[0].value
