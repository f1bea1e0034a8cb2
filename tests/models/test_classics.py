"""The classics, against scikit-learn used by hand."""

import numpy as np
import pytest
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.neighbors import KNeighborsClassifier
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from medcore import catalog
from medcore.models import classics


@pytest.fixture(scope="module")
def digits() -> tuple[np.ndarray, ...]:
    """300 images to learn from and 200 to judge by, of the classes 0 to 3."""
    found = load_digits(n_class=4)
    images = (found.images[:500, ..., None] / 16).astype(np.float32)
    return images[:300], found.target[:300], images[300:], found.target[300:500]


@pytest.mark.parametrize("name", catalog.CLASSICS)
def test_each_learns_and_gives_probabilities_of_every_class(name, digits):
    images, labels, unseen, truth = digits
    defaults = {key: option.default for key, option in catalog.CLASSICS[name].parameters.items()}
    build = catalog.resolve(catalog.CLASSICS[name].target)
    few = build(6, 300, True, 0, **defaults)
    few.fit(images, labels)
    probabilities = few.probabilities(unseen)
    assert probabilities.shape == (200, 6)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, rtol=1e-6)
    assert not probabilities[:, 4:].any()  # classes that the training images lack
    assert (probabilities.argmax(axis=1) == truth).mean() > 0.95


def test_logistic_regression_is_that_of_standardised_pixels(digits):
    images, labels, unseen, _ = digits
    ours = classics.logistic_regression(4, 300, False, 0, c=0.1)
    ours.fit(images, labels)
    scaler = StandardScaler().fit(images.reshape(300, -1))
    theirs = LogisticRegression(C=0.1, max_iter=1000).fit(scaler.transform(images.reshape(300, -1)), labels)
    expected = theirs.predict_proba(scaler.transform(unseen.reshape(200, -1)))
    np.testing.assert_allclose(ours.probabilities(unseen), expected, atol=1e-6)


@pytest.mark.parametrize("classes", [2, 4])
def test_the_svm_decides_and_ranks_as_its_distances_do(classes, digits):
    images, labels, unseen, truth = digits
    known, asked = labels < classes, truth < classes
    ours = classics.svm(classes, int(known.sum()), False, 0, c=1.0)
    ours.fit(images[known], labels[known])
    scaler = StandardScaler().fit(images[known].reshape(known.sum(), -1))
    theirs = SVC(C=1.0).fit(scaler.transform(images[known].reshape(known.sum(), -1)), labels[known])
    rows = scaler.transform(unseen[asked].reshape(asked.sum(), -1))
    probabilities = ours.probabilities(unseen[asked])
    np.testing.assert_array_equal(probabilities.argmax(axis=1), theirs.predict(rows))
    if classes == 2:
        assert roc_auc_score(truth[asked], probabilities[:, 1]) == roc_auc_score(
            truth[asked], theirs.decision_function(rows)
        )


def test_neighbours_are_no_more_than_the_images(digits):
    images, labels, unseen, _ = digits
    ours = classics.knn(4, 6, True, 0, k=50)
    ours.fit(images[:6], labels[:6])
    theirs = KNeighborsClassifier(6).fit(images[:6].reshape(6, -1), labels[:6])
    known = theirs.predict_proba(unseen.reshape(200, -1))
    np.testing.assert_allclose(ours.probabilities(unseen)[:, theirs.classes_], known)
    assert "6 neighbours" in ours.notes[1]
    assert "no class weights" in ours.notes[0]


def test_class_weights_find_more_of_a_rare_class():
    """Two overlapping clouds of 200 and 10: unweighted, the border lies on the side of the rare one."""
    rng = np.random.default_rng(0)
    images = np.concatenate([rng.normal(0, 1, (200, 1, 4, 1)), rng.normal(1, 1, (10, 1, 4, 1))])
    labels = np.repeat([0, 1], [200, 10])
    unseen = rng.normal(1, 1, (500, 1, 4, 1))
    found = {}
    for weighted in (False, True):
        model = classics.logistic_regression(2, 210, weighted, 0, c=1.0)
        model.fit(images, labels)
        found[weighted] = (model.probabilities(unseen).argmax(axis=1) == 1).mean()
    assert found[True] > found[False] + 0.3


def test_an_svm_of_too_many_images_is_refused():
    with pytest.raises(ValueError, match=r"at most\. Received: 20,001"):
        classics.svm(2, 20_001, False, 0, c=1.0)
