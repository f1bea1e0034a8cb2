"""A network draws on uploads: the mask lies where the thing is, its size is right, and all of it stays in memory."""

import json

import numpy as np
import pytest

from medcore.data import own_volume, session_sets, sources
from medcore.data.turn import Turn
from medcore.inference import segment_image
from medcore.labs import own_segmentations
from medcore.spec import PreparationSpec, SegmentationSpec
from medcore.training import mask_images
from medcore.training.run import Cancelled
from tests.inference.conftest import BASE, bright, trained, upload
from tests.training import masked
from tests.training.conftest import Recorder

ONCE = SegmentationSpec(variants="none")


def ask(runs, volume, wanted=ONCE, cancel_at=None):
    """The result, the answer, and the run."""
    name = own_volume.keep(volume)
    context = volume.learned.spec["segmentation"]["context"]
    (spec,) = own_segmentations.request(name, BASE, trained(context), wanted).values()
    folder = runs / "asked"
    folder.mkdir(exist_ok=True)
    run = Recorder(folder, cancel_at)
    try:
        result = segment_image.segment(spec, run)
        found = own_volume.answered(name)
        return result, found._replace(**{layer: np.array(getattr(found, layer)) for layer in own_volume.LAYERS}), run
    finally:
        session_sets.forget(name)


def ball(shape=(6, 20, 24)) -> np.ndarray:
    """Values of 90 in an ellipsoid, 10 around it."""
    grid = np.meshgrid(*(np.linspace(-1, 1, n) for n in shape), indexing="ij")
    return np.where(sum(axis**2 for axis in grid) < 0.4, 90, 10).astype(np.int16)


@pytest.mark.parametrize(
    "turn", [Turn(), Turn((1, 0, 2), (True, False, False)), Turn((2, 0, 1), (False, True, True)), Turn((0, 2, 1))]
)
def test_the_mask_lies_in_the_stack_whatever_plane_is_cut(runs, turn):
    values = ball()
    spacing = {0: 5.0, 1: 2.0, 2: 1.0}
    of_plane = {"spacing": (spacing[turn.axes[1]], spacing[turn.axes[2]]), "step": spacing[turn.axes[0]]}
    _, found, run = ask(runs, upload(values, turn=turn, **of_plane, learned_spacing=of_plane["spacing"]))
    inside = values == 90
    np.testing.assert_array_equal(found.mask, inside)
    np.testing.assert_array_equal(found.foreground, np.where(inside, 255, 0))
    assert not found.unsure.any()
    assert found.facts["volumes"] == pytest.approx([inside.sum() * 10 / 1000])  # 5 x 2 x 1 mm³ in ml
    count = turn.shape(values.shape)[0]
    pixel = of_plane["spacing"][0] * of_plane["spacing"][1]
    expected = [[turn.cut(inside, index).sum() * pixel] for index in range(count)]
    np.testing.assert_allclose(found.facts["areas"], expected)
    assert (found.facts["area_unit"], found.facts["volume_unit"]) == ("mm²", "ml")
    assert run.facts["steps"] == count
    assert run.values("slices") == list(range(1, count + 1))


def test_nothing_of_the_image_is_in_result_and_log(runs):
    result, _, run = ask(runs, upload(ball()))
    assert set(result) == {"seconds", "base"}
    assert {row.metric for row in run.rows} == {"slices"}
    assert list(run.folder.iterdir()) == []


def test_voxels_that_are_no_numbers_are_said_to_be_none(runs):
    values = ball().astype(np.float32)
    values[2, 3, 4:6] = np.nan
    _, found, _ = ask(runs, upload(values))
    assert not found.mask[2, 3, 4:6].any()
    assert "2 voxels are no numbers (NaN) in the file and were taken as the lowest value." in found.facts["notes"]


def test_one_slice_alone_is_drawn_on(runs):
    _, found, _ = ask(runs, upload(ball(), first=2, end=3))
    assert found.mask[2].any()
    assert not np.delete(found.mask, 2, axis=0).any()
    assert (found.facts["first"], found.facts["end"], len(found.facts["areas"])) == (2, 3, 1)


def test_resampled_to_the_pixels_learned_and_back_the_size_stays(runs):
    values = ball((1, 80, 80))
    _, found, _ = ask(runs, upload(values, spacing=(0.5, 0.5), learned_spacing=(1.0, 2.0)))
    assert (found.facts["own"], found.facts["made"]) == ([80, 80], [40, 20])
    assert found.facts["areas"][0][0] == pytest.approx((values == 90).sum() * 0.25, rel=0.02)
    assert any("from pixels of 0.5 x 0.5 mm to the 2 x 1 mm" in note for note in found.facts["notes"])
    _, same, _ = ask(
        runs, upload(values, spacing=(0.5, 0.5), learned_spacing=(1.0, 2.0)), SegmentationSpec(resample=False)
    )
    np.testing.assert_array_equal(same.mask, values == 90)
    assert any(note.startswith("Not resampled") for note in same.facts["notes"])


def test_images_of_the_size_learned_are_made_as_small_as_those_were(home, monkeypatch, tmp_path):
    """A recipe halved the images, and so doubled the pixels that the run says it learned at."""
    runs = bright(home / "runs" / BASE, side=8).parent
    monkeypatch.setattr(sources, "load", lambda *_: masked.splits())
    learned = mask_images.load(masked.spec_of(preparation=PreparationSpec({"resize": {"side": 8}})), Recorder(tmp_path))
    (runs / BASE / "preparation.json").write_text(json.dumps(learned.recipe.facts()))
    spacing = learned.prepared.splits["test"].spacing
    assert spacing == (4.0, 2.0)
    for own in ((2.0, 1.0), None):
        _, found, _ = ask(runs, upload(ball((1, masked.SIDE, masked.SIDE)), spacing=own, learned_spacing=spacing))
        assert found.facts["made"] == [8, 8]
    assert any("taken as one of the images learned from, 1 x 2 mm" in note for note in found.facts["notes"])
    _, coarse, _ = ask(runs, upload(ball((1, 16, 16)), spacing=(8.0, 4.0), learned_spacing=spacing))
    assert coarse.facts["made"] == [32, 32]


def test_without_a_pixel_size_pixels_are_counted_and_that_is_said(runs):
    _, found, _ = ask(runs, upload(ball(), spacing=None, step=None))
    assert (found.facts["area_unit"], found.facts["volume_unit"]) == ("pixels", "voxels")
    assert found.facts["volumes"] == [(ball() == 90).sum()]
    assert any("does not say how large its pixels are" in note for note in found.facts["notes"])
    _, found, _ = ask(runs, upload(ball(), step=None))
    assert (found.facts["area_unit"], found.facts["volume_unit"]) == ("mm²", "voxels")


def test_small_and_large_slices_are_said_to_be_so(runs):
    _, found, _ = ask(runs, upload(ball((1, 9, 40)), field=30))
    notes = " ".join(found.facts["notes"])
    assert "there is black around it" in notes
    assert "through windows of 16 x 16 pixels" in notes
    assert "smaller than what an answer may depend on (30 pixels)" in notes
    np.testing.assert_array_equal(found.mask, ball((1, 9, 40)) == 90)


def test_variants_that_disagree_make_the_network_unsure_there(runs):
    rows, columns = np.ogrid[:32, :32]
    values = np.where((rows - 16) ** 2 + (columns - 16) ** 2 < 60, 90, 10).astype(np.int16)[None]
    values[0, 2:6, 2:6] = 48  # nearly half: brighter ones call it a lesion
    _, found, _ = ask(runs, upload(values), SegmentationSpec(variants="mild"))
    assert found.unsure[0, 3:5, 3:5].min() > 40
    assert found.unsure[0, 16, 16] == 0
    least, mean, most = (found.facts[name][0][0] for name in ("least_areas", "areas", "most_areas"))
    assert least <= mean <= most
    assert least < most
    _, flipped, _ = ask(runs, upload(values), SegmentationSpec(variants="flips"))
    assert flipped.unsure.max() == 0  # it judges each pixel by itself
    assert len(flipped.facts["variants"]) == 4


def test_neighbouring_slices_are_seen_too(home):
    runs = bright(home / "runs" / BASE, context=1).parent
    values = np.full((4, 16, 16), 10, np.int16)
    values[1:] = 100
    _, found, _ = ask(runs, upload(values, context=1, learned_step=1.0))
    assert found.mask.any(axis=(1, 2)).tolist() == [False, True, True, True]  # means of 40, 70, 100 and 100
    assert any("here they lie 5 mm apart, in the images learned from 1 mm" in note for note in found.facts["notes"])
    _, alone, _ = ask(runs, upload(values[3:], context=1))
    assert any("this image has none" in note for note in alone.facts["notes"])


def test_a_person_who_stops_waits_for_one_question(runs):
    with pytest.raises(Cancelled):
        ask(runs, upload(ball((50, 40, 40))), cancel_at=3)


def test_notes_of_the_upload_are_kept_and_all_of_it_is_plain(runs):
    _, found, _ = ask(runs, upload(ball(), range=None, percentiles=(0.5, 99.5), notes=("Another kind.",)))
    assert "Another kind." in found.facts["notes"]
    assert any("0.5 and 99.5 percentiles" in note for note in found.facts["notes"])
    json.dumps(found.facts, allow_nan=False)


def test_a_network_that_diverged_is_said_to_have(home):
    import keras

    folder = home / "runs" / BASE
    image = keras.Input((16, 16, 1))
    head = keras.layers.Conv2D(2, 1, bias_initializer=keras.initializers.Constant(np.nan))
    folder.mkdir(parents=True)
    keras.Model(image, head(image)).save(folder / "model.keras")
    with pytest.raises(ValueError, match="its training diverged"):
        ask(folder.parent, upload(ball()))


def test_a_network_that_takes_another_number_of_slices_is_refused(runs):
    with pytest.raises(ValueError, match=r"1 neighbours to each side\. Received: 1 channels"):
        ask(runs, upload(ball(), context=1))
