"""Domain adaptation: a network learns from one place's labels, and is made fit for another place."""

import json
import time
from dataclasses import asdict, replace
from typing import Any

import keras
import numpy as np

from medcore.evaluation import domain_distance
from medcore.evaluation.classification import evaluate, majority
from medcore.spec import RunSpec
from medcore.training import batch_statistics, domains, weights
from medcore.training.adaptation_methods import FROM_TRAINED, Learned, Learning, check
from medcore.training.alignment import classifier, features_of
from medcore.training.classification import course_facts, data_facts, save_predictions, softmax, write
from medcore.training.domains import Domains
from medcore.training.run import Cancelled, Run

EMBEDDING = "embedding.npz"
SHOWN = 150
"""Test images of each place in the embedding, at most."""
MEASURED = 1000
"""Test images of each place that distances are measured on, at most."""


def train(spec: RunSpec, run: Run) -> dict[str, Any]:
    """Trains on the source, adapts to the target, and evaluates on the target's test images.

    Every method takes as many updates on the same source images in the same order. Unlabelled target images are those
    of the target's training split. The epoch is chosen by the source's validation images ("target": by the target's
    own), unless `choose_on_target`.

    "fine_tune" goes on with a few target images, the shares of the classes as they are, for as many updates and at
    the rate that `adaptation_methods` says, and keeps the last weights.

    Saves `model.keras`, the plain classifier; `predictions.npz` of the target's test and the source's validation
    images; `embedding.npz`, the features of test images of both places, standardised, in two dimensions before and
    after; and `preparation.json`, the source's recipe, where there is one. "Before" are the features of the network
    that the source has trained for "adabn" and "fine_tune", and those of the first weights for all others.
    "After" AdaBN the source's features are still those by the source's statistics: each place has its own.

    Returns:
        As `classification.train`, and:
        - "test" and "test_data": of the target's test images, and which these are;
        - "source_test": of the source's test images; "val": of the validation images;
        - "target_data": identity of the target's images;
        - "unadapted": accuracy on the target's test images before "adabn" and "fine_tune", None for others;
        - "distance": "before" and "after", "proxy_a" and "coral" of the features; "features_before": what they are of;
        - "chosen": "by" "source", "target" (its test labels) or "validation" (its own, method "target"), and "epoch";
        - "flattery": accuracy on the target's test images of the epoch that "by" says, and of the best epoch;
        - "adaptation": method, and "labels" of the target that were seen.

    Raises:
        Cancelled: if the run was cancelled.
        FileNotFoundError: if there is no such data set.
        ValueError: if a data set or the network does not fit the method.
        OSError: if data cannot be read or results cannot be written.
    """
    begun = time.perf_counter()
    both = domains.load(spec, run)
    check(spec, len(both.source.whole["train"].class_names))
    spec = replace(spec, training=replace(spec.training, record_path=False))
    return {**Adaptation(spec, both, run).result(), "seconds": round(time.perf_counter() - begun, 3)}


class Adaptation:
    """One run: its network, and what becomes of it.

    Args:
        both: the images of the two places.
    """

    def __init__(self, spec: RunSpec, both: Domains, run: Run) -> None:
        self._spec, self._both, self._run = spec, both, run
        self._source, self._target = (images.prepared.splits for images in both)
        self._features: list[dict[str, np.ndarray]] = []

    def result(self) -> dict[str, Any]:
        """Trains, evaluates, compares and saves."""
        spec, run = self._spec, self._run
        run.status("Preparing the network.")
        learning = Learning(spec, self._both, run, self._keep_features, self._pause)
        facts = {"parameters": learning.parameters, "device": asdict(learning.device)}
        names, train = self._source["train"].class_names, self._source["train"]
        run.plan(classes=list(names), train_images=len(train), **learning.plan(), **facts)
        run.status("Training.")
        learned = learning.learn()
        run.status("Evaluating.")
        chosen = self._chosen(learned)
        evaluated = self._evaluated(learned)
        run.status("Comparing the features of both places.")
        self._keep_features(learned.stepper.model)
        return {
            **course_facts(learned.outcome, spec),
            **learned.outcome.weights.facts(),
            **facts,
            **self._images(),
            **chosen,
            **evaluated,
            "unadapted": learned.unadapted,
            "adaptation": {"method": spec.adaptation.method, "labels": self._labels()},
            **self._compared(),
            "files": self._files(learned),
        }

    def _pause(self) -> None:
        if self._run.cancelled():
            raise Cancelled

    def _keep_features(self, model: keras.Model) -> None:
        """Of test images of both places; the first call is of the network before, the second of that after."""
        features = features_of(model)
        found = {
            place: batch_statistics.computed(features, _some(splits["test"].images, MEASURED), self._pause)
            for place, splits in (("source", self._source), ("target", self._target))
        }
        asked = self._spec.adaptation
        if self._features and asked.method == "adabn" and not asked.choose_on_target:  # which takes another epoch
            found["source"] = self._features[0]["source"]  # each place by its own statistics
        self._features.append(found)

    def _chosen(self, learned: Learned) -> dict[str, Any]:
        """Which epoch it is, and what the target's labels say of it; takes their choice if that is asked for."""
        watch, by = learned.watch, "validation" if self._spec.adaptation.method == "target" else "source"
        flattery = {"accuracy_by_source": watch.accuracy(), "accuracy_by_target": watch.best_accuracy}
        epoch = learned.epoch
        if self._spec.adaptation.choose_on_target and watch.best_epoch:
            watch.choose()
            by, epoch = "target", learned.epochs_before + watch.best_epoch
        return {"chosen": {"by": by, "epoch": epoch}, "flattery": flattery}

    def _evaluated(self, learned: Learned) -> dict[str, Any]:
        """Metrics; writes the predictions."""
        val = (self._target if self._spec.adaptation.method == "target" else self._source)["val"]
        parts = {"val": val, "test": self._target["test"], "source_test": self._source["test"]}
        said = {name: softmax(learned.stepper.logits(part.images, self._pause)) for name, part in parts.items()}
        save_predictions(said, parts, self._run.folder)
        return {name: evaluate(part.labels, said[name], part.class_names) for name, part in parts.items()}

    def _images(self) -> dict[str, Any]:
        """Facts of both places, as a classification says them of one."""
        source, target = self._both
        train, test = source.whole["train"], target.chosen["test"]
        asked = self._spec.adaptation
        return {
            **source.facts(),
            "target_data": data_facts(target.whole),
            "target_preparation": target.recipe and target.recipe.facts(),
            "test_data": {"data": asdict(asked.target), "preparation": asdict(asked.target_preparation)},
            "baseline": majority(train.labels, test.labels, train.class_names),
            "published": dict(test.card.published),
        }

    def _labels(self) -> int:
        """Labels of the target's training images that were seen."""
        asked, there = self._spec.adaptation, len(self._target["train"])
        return {"fine_tune": asked.target_labels, "target": there}.get(asked.method, 0)

    def _compared(self) -> dict[str, Any]:
        """How far the places lie apart; writes where their images lie in two dimensions."""
        seed = self._spec.seed
        measured = {
            name: domain_distance.distances(features["source"], features["target"], seed)
            for name, features in zip(("before", "after"), self._features, strict=True)
        }
        self._pause()
        arrays: dict[str, np.ndarray] = {}
        for name, features in zip(("before", "after"), self._features, strict=True):
            shown = np.concatenate([_some(features[place], SHOWN) for place in ("source", "target")])
            for kind, points in domain_distance.in_two_dimensions(shown, seed).items():
                arrays[f"{kind}_{name}"] = points
            self._pause()
        labels = [_some(_some(splits["test"].labels, MEASURED), SHOWN) for splits in (self._source, self._target)]
        arrays |= {"labels": np.concatenate(labels), "domain": np.repeat([0, 1], [len(part) for part in labels])}
        write(self._run.folder / EMBEDDING, lambda file: np.savez_compressed(file, **arrays))
        before = "trained" if self._spec.adaptation.method in FROM_TRAINED else "first"
        return {"distance": measured, "features_before": before}

    def _files(self, learned: Learned) -> dict[str, str]:
        """Writes the classifier, and what was recorded on the way."""
        folder, recipe = self._run.folder, self._both.source.recipe
        files = {"model": "model.keras", "predictions": "predictions.npz", "embedding": EMBEDDING}
        write(folder / "model.keras", classifier(learned.stepper.model).save)
        if learned.outcome.weights.recorded:
            files["weights"] = weights.FILE
            write(folder / weights.FILE, learned.outcome.weights.save)
        if recipe:
            write(folder / "preparation.json", lambda file: file.write_text(json.dumps(recipe.facts())))
        return files


def _some(images: np.ndarray, count: int) -> np.ndarray:
    """At most `count`, evenly spaced."""
    return images[batch_statistics.spaced(len(images), count)]
