"""Labelled sets from uploads: what is in the images, how they are split, what is refused."""

import io
import json
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from medcore.data import session_sets, sources
from medcore.imaging import own_set, samples
from medcore.imaging.labelled import ALL, Labelled, Wanted
from medcore.imaging.shelf import Shelf
from medcore.imaging.view import Window
from medcore.spec import DataSpec, ModelSpec, RunSpec, TrainingSpec
from tests.imaging.dicom import making
from tests.training.conftest import Recorder

PATIENTS, SLICES = 12, 3


def pixels(patient: int, place: int) -> np.ndarray:
    """Noise; odd patients have a bright square. The top row says who it is and which slice."""
    made = np.random.default_rng(100 * patient + place).integers(0, 200, (40, 30)).astype(np.int16)
    made[10:20, 10:20] += 800 * (patient % 2)
    return made


@pytest.fixture(scope="module")
def shelf():
    shelf = Shelf()
    for patient in range(PATIENTS):
        for place in range(SLICES):
            dataset = making.slice_of(
                pixels(patient, place),
                position=(0, 0, 3 * place),
                number=place + 1,
                series=str(patient + 1),
                PatientID=f"MARKER-{patient}",
                PatientName="Marker^Person",
                PixelSpacing=[1, 1],
                WindowCenter=-524,
                WindowWidth=1000,
            )
            shelf.add(f"{patient}-{place}.dcm", bytes(making.written(dataset)))
    assert shelf.wait(120)
    yield shelf
    shelf.close()


def number(shelf, stack) -> int:
    """Which patient it is."""
    return int(shelf.name(stack.places[0][0]).partition("-")[0])


@pytest.fixture(scope="module")
def wanted(shelf):
    stacks = shelf.stacks()
    codes = own_set.patients(shelf, stacks)
    lines = [Labelled(s.id, "with" if number(shelf, s) % 2 else "without", codes[s.id]) for s in stacks]
    return Wanted(tuple(lines), size=28)


def arrays(made):
    with np.load(io.BytesIO(made.content), allow_pickle=False) as archive:
        return {name: archive[name] for name in archive}


def test_patients_are_told_apart_without_saying_who_they_are(shelf):
    codes = own_set.patients(shelf, shelf.stacks())
    assert len(set(codes.values())) == PATIENTS
    assert all(len(code) == 8 and "MARKER" not in code for code in codes.values())
    other = Shelf()
    stack = shelf.stacks()[0]
    other.add("one.dcm", shelf.file(stack.places[0][0]))
    assert other.wait(60)
    (again,) = own_set.patients(other, other.stacks()).values()
    other.close()
    assert again != codes[stack.id]


def test_the_middle_slice_is_windowed_and_scaled_in_its_proportions(shelf, wanted):
    stack = shelf.stacks()[0]
    images, failed = own_set._images(shelf, stack, wanted)
    assert failed == 0
    assert images.shape == (1, 28, 28)
    values = pixels(number(shelf, stack), SLICES // 2) - 1024.0
    gray = np.rint(np.clip((values + 1024) / 1000, 0, 1) * 255).astype(np.uint8)
    expected = np.asarray(Image.fromarray(gray).resize((21, 28), Image.Resampling.BILINEAR))
    assert np.array_equal(images[0, :, 3:24], expected)
    assert not images[0, :, :3].any()
    assert not images[0, :, 24:].any()


def test_pixels_that_are_no_squares_are_shown_as_the_body_is(shelf, wanted):
    stack = replace(shelf.stacks()[0], spacing=(3.0, 0.5, 2.0))
    images, _ = own_set._images(shelf, stack, wanted)
    used = images[0].any(axis=1)
    assert used.sum() == round(28 * (40 * 0.5) / (30 * 2.0))
    assert images[0].any(axis=0).all()


def test_low_values_are_white_where_the_file_says_so(shelf, wanted):
    stack = shelf.stacks()[0]
    plain, _ = own_set._images(shelf, stack, wanted)
    turned, _ = own_set._images(shelf, replace(stack, inverted=True), wanted)
    inside = slice(4, 23)
    assert np.abs(255 - plain[0, :, inside].astype(int) - turned[0, :, inside]).max() <= 2  # pillow rounds twice


def test_without_a_window_most_of_the_range_is_shown(shelf, wanted):
    stack = replace(shelf.stacks()[0], windows=())
    images, _ = own_set._images(shelf, stack, replace(wanted, size=64))
    inside = images[0][:, 10:54]
    assert inside.min() < 30
    assert inside.max() > 225


def test_one_window_for_all_is_used(shelf, wanted):
    white = own_set._images(shelf, shelf.stacks()[0], replace(wanted, window=Window("", -2000, 10)))[0]
    assert (white[0, :, 4:23] == 255).all()


def test_no_patient_is_in_two_splits_and_every_class_in_all(shelf, wanted):
    for seed in range(5):
        made = own_set.make(shelf, replace(wanted, slices=ALL, seed=seed))
        found = arrays(made)
        groups = [set(found[f"{split}_groups"].tolist()) for split in samples.SPLITS]
        assert len(set.union(*groups)) == sum(map(len, groups)) == PATIENTS
        for split in samples.SPLITS:
            assert set(found[f"{split}_labels"][:, 0].tolist()) == {0, 1}
            assert made.counts[split] == np.bincount(found[f"{split}_labels"][:, 0]).tolist()
        assert sum(map(sum, made.counts.values())) == PATIENTS * SLICES


def test_the_label_stays_with_its_image(shelf, wanted):
    found = arrays(own_set.make(shelf, wanted))
    assert own_set.make(shelf, wanted).classes == ("with", "without")
    for split in samples.SPLITS:
        bright = found[f"{split}_images"].max(axis=(1, 2)) > 100
        assert (bright == (found[f"{split}_labels"][:, 0] == 0)).all()


def test_the_split_is_by_patient_only_where_somebody_said_who_that_is(shelf, wanted):
    said = own_set.make(shelf, wanted)
    assert said.split == f"Split by patient: {PATIENTS} patients, none in two splits."
    assert not [note for note in said.notes if "leaks" in note]
    assert said.split in said.about
    lines = tuple(replace(line, assumed=True) for line in wanted.labelled)
    assumed = own_set.make(shelf, replace(wanted, labelled=lines))
    assert assumed.split == ""
    assert assumed.notes[0].startswith("Each image counted as a patient of its own;")
    some = own_set.make(shelf, replace(wanted, labelled=(*lines[:2], *wanted.labelled[2:])))
    assert some.notes[0].startswith(f"Of 2 of {len(lines)} nobody said whose they are: each counted")


def test_the_seed_decides_the_split(shelf, wanted):
    first, again = own_set.make(shelf, wanted), own_set.make(shelf, wanted)
    assert first.hash == again.hash
    assert own_set.make(shelf, replace(wanted, seed=1)).hash != first.hash


def test_nothing_of_the_files_comes_along(shelf, wanted):
    made = own_set.make(shelf, wanted)
    assert b"MARKER" not in made.content
    assert b"Marker" not in made.content
    card = json.loads(made.card(wanted))
    assert card["classes"] == ["with", "without"]
    assert "MARKER" not in made.card(wanted)


def test_gray_and_colour_together_become_colour(home):
    shelf = Shelf()
    for number in range(6):
        image = Image.fromarray(np.full((10, 10, 3) if number % 2 else (10, 10), 40 * number + 5, np.uint8))
        buffer = io.BytesIO()
        image.save(buffer, "PNG")
        shelf.add(f"{number}.png", buffer.getvalue())
    assert shelf.wait(60)
    stacks = shelf.stacks()
    parts = [Labelled(stack.id, "colour" if stack.samples == 3 else "gray", stack.id) for stack in stacks]
    made = own_set.make(shelf, Wanted(tuple(parts), size=28, window=Window("", 127.5, 255), looked=True))
    shelf.close()
    found = arrays(made)
    values = {int(v) for split in samples.SPLITS for v in found[f"{split}_images"][:, 14, 14, :].ravel()}
    assert values == {5, 45, 85, 125, 165, 205}


@pytest.mark.slow
def test_a_real_training_takes_it(shelf, wanted, home, tmp_path):
    from medcore.training.classification import train

    made = own_set.make(shelf, replace(wanted, slices=ALL))
    name = session_sets.keep(made.content, made.classes, made.about)
    try:
        assert np.array_equal(sources.load(DataSpec(name))["test"].images[..., 0], arrays(made)["test_images"])
        spec = RunSpec(data=DataSpec(name), model=ModelSpec("mlp"), training=TrainingSpec(epochs=20, batch_size=8))
        run = Recorder(tmp_path)
        result = train(spec, run)
    finally:
        session_sets.forget(name)
    assert result["data"]["classes"] == ["with", "without"]
    assert result["data"]["sizes"] == {split: sum(counts) for split, counts in made.counts.items()}
    assert result["test"]["accuracy"] == 1.0
