"""The walk from strength to strength: held against plain runs, Keras' starts, and scikit-learn."""

from dataclasses import replace

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression, LogisticRegressionCV

from medcore.data.pool import numbered, pooled
from medcore.evaluation import selection
from medcore.spec import ModelSpec, OptimizerSpec, PathSpec, RegularizationSpec, RunSpec, TrainingSpec
from medcore.training import classification, compiled, optimizers
from medcore.training.fallback import Fit
from medcore.training.fold_images import FoldImages, divided
from medcore.training.run import Cancelled
from medcore.training.strengths import Walk
from tests.training.conftest import Recorder

SPEC = RunSpec(
    task="path",
    model=ModelSpec("mlp", {"hidden": 8}),
    training=TrainingSpec(epochs=3, batch_size=16),
    regularization=RegularizationSpec(l1_step="proximal"),
    path=PathSpec((0.0, 0.01, 1.0)),
)


def walked(spec, splits, run, room=0):
    return list(Walk(spec, FoldImages(splits["train"], splits["val"]), run, room).points())


def quick(spec):
    return replace(spec, optimizer=OptimizerSpec("adam", 0.02))


def on_path(**changes):
    return replace(SPEC, path=replace(SPEC.path, **changes))


def test_a_cold_start_is_a_plain_run_of_that_strength(splits, run, monkeypatch):
    monkeypatch.setattr(classification.sources, "load", lambda spec, report=None: splits)
    point = walked(on_path(penalty="elastic_net", warm_start=False), splits, run, room=100)[1]
    strengths = dict(zip(("l1", "l2"), PathSpec(penalty="elastic_net").penalties(0.01), strict=True))
    plain = replace(SPEC, task="classification", regularization=replace(SPEC.regularization, **strengths))
    result = classification.train(plain, run)
    assert point.val["loss"] == pytest.approx(run.values("val_loss")[-1], rel=1e-5)
    assert point.penalty == pytest.approx(result["penalty"], rel=1e-5)
    assert point.val["auc"] == pytest.approx(result["val"]["auc"])


def test_a_warm_start_goes_on_from_the_strength_before(splits, run):
    paths = [on_path(warm_start=start, strengths=(0.0, 1e-4)) for start in (True, False)]
    warm, cold = (walked(quick(path), splits, run) for path in paths)
    assert warm[0].train_loss == cold[0].train_loss
    assert warm[1].train_loss < 0.8 * cold[1].train_loss  # six epochs instead of three


def test_by_fit_it_is_the_same_path(splits, run, monkeypatch):
    """As on JAX and Torch: `model.fit`, one epoch after the other."""
    expected = walked(quick(SPEC), splits, run)

    def by_fit(spec, shape, classes, *_, **__):
        optimizer = optimizers.build(spec.optimizer, optimizers.penalty_of(spec.regularization))
        model = compiled.build_model(spec.model, shape, classes, "float32", spec.seed)
        return Fit(model, optimizer, compiled.build_loss(spec), 16)

    monkeypatch.setattr(compiled, "stepper", by_fit)
    for ours, theirs in zip(expected, walked(quick(SPEC), splits, run), strict=True):
        assert theirs.val["loss"] == pytest.approx(ours.val["loss"], rel=1e-3)
        assert theirs.zero_share == pytest.approx(ours.zero_share, abs=0.02)


def test_a_strong_penalty_leaves_nothing(splits, run):
    points = first, _, last = walked(quick(SPEC), splits, run)
    assert all(point.weights is None for point in points), "of a fold nobody asks for them"
    assert (first.zero_share, first.penalty) == (0, 0)
    assert first.nonzero == 144 * 8 + 8 * 3
    assert last.zero_share > 0.9
    assert last.norm < first.norm
    assert first.val["loss"] < last.val["loss"]


def test_where_it_diverges_the_walk_goes_on_from_the_weights_before(splits, run):
    spec = on_path(penalty="l2", strengths=(0.0, 1e-4, 500.0, 1000.0))
    spec = replace(spec, optimizer=OptimizerSpec("minibatch", 0.01))  # 1 - 2 * .01 * 500 is beyond -1
    points = walked(spec, splits, run)
    assert [point.diverged_at is None for point in points] == [True, True, False, False]
    assert [point.val is None for point in points] == [False, False, True, True]
    cold = walked(replace(spec, path=replace(spec.path, strengths=(1000.0,))), splits, run)
    assert points[3].diverged_at > 0
    assert cold[0].diverged_at > 0


def test_cancelled_in_the_middle(splits, tmp_path):
    run = Recorder(tmp_path, cancel_at=5)
    with pytest.raises(Cancelled):
        walked(SPEC, splits, run)
    assert run.calls == 5


def test_class_weights_count_in_training_alone(splits, run):
    labels = np.where(splits["train"].labels == 2, 0, splits["train"].labels)
    few = splits | {"train": replace(splits["train"], labels=labels)}
    plain = walked(on_path(strengths=(0.01,)), few, run)[0]
    weighted = replace(on_path(strengths=(0.01,)), training=replace(SPEC.training, class_weights=True))
    assert walked(weighted, few, run)[0].train_loss != plain.train_loss


class TestConvex:
    """The linear model and the whole training set at every update: logistic regression."""

    STRENGTHS = (0.003, 0.01, 0.03, 0.1)
    FOLDS = 3

    @pytest.fixture
    def two_classes(self, splits):
        """12 images by class and fold in 6x6 pixels around 0, too noisy to be told apart well."""
        rng = np.random.default_rng(0)
        labels = np.arange(72) % 2
        images = rng.normal(0, 0.15, (72, 6, 6, 1)) + 0.03 * labels[:, None, None, None]
        images = images.astype(np.float32)
        parts = {"train": (images[:48], labels[:48]), "val": (images[48:], labels[48:])}
        like = replace(splits["test"], class_names=("a", "b"))
        two = {name: replace(like, images=x, labels=y) for name, (x, y) in parts.items()}
        return two | {"test": two["val"]}

    def losses(self, splits, run, penalty, l1_step="proximal"):
        """The pool, its folds, and the loss of each fold at each strength."""
        spec = RunSpec(
            task="path",
            model=ModelSpec("linear"),
            optimizer=OptimizerSpec("momentum", 1.0),
            training=TrainingSpec(epochs=500, batch_size="all", precision="float32"),
            regularization=RegularizationSpec(l1_step=l1_step),
            path=PathSpec(self.STRENGTHS, penalty, folds=self.FOLDS),
        )
        pool = pooled(splits, spec)
        fold = numbered(pool, spec)
        found = []
        for number in range(1, self.FOLDS + 1):
            images = divided(pool, np.flatnonzero(fold != number), np.flatnonzero(fold == number), spec, run)
            found.append([point.val["loss"] for point in Walk(spec, images, run, len(pool)).points()])
        return pool, fold, np.asarray(found)

    def test_as_logistic_regression_cv(self, two_classes, run):
        """With two classes lambda * sum w² is over two columns, each half of its one: C = 1 / (n * lambda)."""
        pool, fold, found = self.losses(two_classes, run, "l2")
        x, n = pool.images.reshape(len(pool), -1).astype(np.float64), len(pool) * (self.FOLDS - 1) // self.FOLDS
        cuts = [(np.flatnonzero(fold != number), np.flatnonzero(fold == number)) for number in range(1, 4)]
        grid = [1 / (n * strength) for strength in self.STRENGTHS]
        options = {"scoring": "neg_log_loss", "use_legacy_attributes": False, "l1_ratios": (0.0,)}
        theirs = LogisticRegressionCV(Cs=grid, cv=cuts, tol=1e-8, max_iter=5000, **options).fit(x, pool.labels)
        np.testing.assert_allclose(found, -theirs.scores_.reshape(self.FOLDS, -1), atol=2e-4)
        mean, error = selection.curve(found)
        best = selection.minimum(mean)
        assert 0 < best < len(grid) - 1
        np.testing.assert_allclose(theirs.C_, grid[best])
        assert selection.one_standard_error(mean, error) > best

    def test_as_lasso_logistic_regression(self, two_classes, run):
        pool, fold, found = self.losses(two_classes, run, "l1")
        x = pool.images.reshape(len(pool), -1).astype(np.float64)
        n = len(pool) * (self.FOLDS - 1) // self.FOLDS
        for strength, losses in zip(self.STRENGTHS[:2], found.T, strict=False):  # beyond, no weight is left
            theirs = LogisticRegression(l1_ratio=1.0, C=1 / (n * strength), solver="saga", tol=1e-6, max_iter=20_000)
            for number, ours in enumerate(losses, 1):
                given = theirs.fit(x[fold != number], pool.labels[fold != number])
                p = given.predict_proba(x[fold == number])[np.arange(len(pool) - n), pool.labels[fold == number]]
                assert ours == pytest.approx(-np.log(p).mean(), abs=1e-3)
