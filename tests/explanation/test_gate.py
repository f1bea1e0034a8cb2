"""The gate against images whose strangeness is known."""

import numpy as np
import pytest
from sklearn.neighbors import NearestNeighbors

from medcore.data.own_image import OwnImage
from medcore.explanation import gate

RNG = np.random.default_rng(0)


def images(n: int) -> np.ndarray:
    """Bright disks on dark ground, at about the same place: (n, 16, 16, 1) uint8."""
    rows, columns = np.mgrid[:16, :16]
    made = []
    for _ in range(n):
        centre, radius = RNG.uniform(7, 9, 2), RNG.uniform(4, 5)
        disk = np.hypot(rows - centre[0], columns - centre[1]) < radius
        made.append(20 + 180 * disk + RNG.normal(0, 4, (16, 16)))
    return np.clip(made, 0, 255).astype(np.uint8)[..., None]


def features(some: np.ndarray) -> np.ndarray:
    """Means of rows and columns, in the place of a network's."""
    return np.concatenate([some.mean(axis=(1, 3)), some.mean(axis=(2, 3))], axis=1) / 255


WAYS = {
    "tones": lambda some: gate.tones(some / 255),
    "look": lambda some: gate.look(some / 255),
    "features": features,
}


@pytest.fixture(scope="module")
def known():
    train, val = images(200), images(100)
    return {way: gate.familiar(see(train), see(val)) for way, see in WAYS.items()}


def judged(known, pixels, original=(160, 160), colour=False):
    return gate.judge(OwnImage(pixels, original, colour), known, features(pixels[None])[0])


def kinds(verdict):
    return {reason.kind for reason in verdict.reasons}


def test_distances_are_those_of_scikit_learn():
    points, others = RNG.normal(size=(50, 7)), RNG.normal(size=(9, 7))
    expected = NearestNeighbors(n_neighbors=gate.NEIGHBOURS).fit(points).kneighbors(others)[0].mean(axis=1)
    np.testing.assert_allclose(gate.distances(points, others), expected, rtol=1e-6)


def test_from_afar_an_image_is_the_means_of_its_blocks():
    image = np.arange(16 * 16, dtype=float).reshape(1, 16, 16, 1)
    expected = image.reshape(8, 2, 8, 2).mean(axis=(1, 3)).ravel()
    np.testing.assert_allclose(gate.look(image)[0], expected)
    assert gate.look(np.ones((1, 4, 20, 1))).shape == (1, 4 * 8)


def test_most_images_of_the_set_pass(known):
    verdicts = [judged(known, image) for image in images(100)]
    assert sum(verdict.refused for verdict in verdicts) <= 2
    assert sum(bool(verdict.reasons) for verdict in verdicts) <= 8
    assert verdicts[0].compared == 100


def test_an_inverted_image_is_called_so(known):
    verdict = judged(known, 255 - images(1)[0])
    assert verdict.refused
    assert "inverted" in kinds(verdict)


def test_noise_is_refused_and_not_called_inverted(known):
    verdict = judged(known, RNG.integers(0, 256, (16, 16, 1), np.uint8))
    assert verdict.refused
    assert {"tones", "look", "features"} <= kinds(verdict)
    assert "inverted" not in kinds(verdict)


def test_shares_count_the_validation_images(known):
    image = images(1)[0]
    verdict = judged(known, image)
    usual = known["tones"].usual
    distance = gate.distances(known["tones"].vectors, gate.tones(image[None] / 255))[0]
    assert verdict.strange["tones"].share == pytest.approx((usual < distance).mean())


@pytest.mark.parametrize(("share", "said"), [(0.99, "than 99 of the 100 val"), (1.0, "than every one of the 100 val")])
def test_a_warning_counts_the_validation_images(share, said):
    warning = gate._unusual("tones", gate.Strangeness(1.0, share, 0.9), 100)
    assert said in warning.sentence
    assert not warning.refuses


def test_nothing_to_see(known):
    verdict = judged(known, np.full((16, 16, 1), 77, np.uint8))
    assert verdict.refused
    assert kinds(verdict) == {"empty"}


def test_colour_before_a_gray_network(known):
    verdict = judged(known, images(1)[0], colour=True)
    assert verdict.refused
    assert "colour" in kinds(verdict)


@pytest.mark.parametrize(
    ("original", "refused", "found"), [((15, 40), False, True), ((7, 40), True, True), ((16, 16), False, False)]
)
def test_size(known, original, refused, found):
    reasons = [reason for reason in judged(known, images(1)[0], original).reasons if reason.kind == "size"]
    assert bool(reasons) == found
    assert any(reason.refuses for reason in reasons) == refused


def test_without_training_images_only_the_form_is_judged():
    verdict = gate.judge(OwnImage(images(1)[0], (8, 8), False), {}, None)
    assert kinds(verdict) == {"size"}
    assert verdict.to_dict()["compared"] == 0


@pytest.mark.parametrize(
    ("modality", "expected", "refused"),
    [("MR", "CT", True), ("CR", "DX", False), ("CT", "CT", False), ("", "CT", False), ("MR", "", False)],
)
def test_a_file_of_another_modality_is_refused_by_name(modality, expected, refused):
    image = OwnImage(np.arange(256, dtype=np.uint8).reshape(16, 16, 1), (16, 16), False, {}, (), modality, expected)
    verdict = gate.judge(image, {}, None)
    assert verdict.refused == refused
    if refused:
        assert "another kind: MR. The network learned from CT images." in verdict.reasons[0].sentence
