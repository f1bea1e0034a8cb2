from dataclasses import replace

from medcore.catalog import mask_footprint
from medcore.data.dataset import Card
from medcore.data.entry import Entry
from medcore.labs import segmentation as lab
from medcore.ui.segmentation import size_line

CARD = Card("slices", "Slices", "segmentation", "", "", "", "")
ENTRY = Entry(CARD, {"train": 100}, (), (64, 48, 1))
SPEC = next(iter(lab.runs(context=1, batch_size=16).values()))


def test_neighbouring_slices_are_channels_and_a_batch_is_no_larger_than_the_set():
    for images, batch in ((100, 16), (5, 5), (None, 16)):
        expected = mask_footprint.footprint("unet", SPEC.model.options, (64, 48, 3), 2, batch)
        assert size_line.footprint(SPEC, ENTRY, images) == expected


def test_of_images_too_small_or_unknown_nothing_is_said():
    assert size_line.footprint(SPEC, replace(ENTRY, shape=(4, 64, 1)), 100) is None
    assert size_line.footprint(SPEC, replace(ENTRY, shape=(0, 0, 1)), 100) is None


def test_networks_that_differ_are_told_apart(monkeypatch):
    said = []
    monkeypatch.setattr(size_line.st, "caption", said.append)
    size_line.show(lab.runs(vary="depth", values=[1, 2], seeds=2), ENTRY, 100)
    size_line.show(lab.runs(vary="loss", seeds=2), ENTRY, 100)
    size_line.show({}, ENTRY, 100)
    counts = [mask_footprint.size("unet", {**SPEC.model.options, "depth": d}, (64, 48, 1), 2) for d in (1, 2, 3)]
    first, second, third = (f"{count.parameters:,} weights" for count in counts)
    assert [f"Depth 1: {first}" in said[0], f"Depth 2: {second}" in said[0]] == [True, True]
    assert said[1].startswith(third)
    assert len(said) == 2
