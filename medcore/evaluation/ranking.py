"""How well scores put the cases of one class before all others, over all thresholds: ROC and precision-recall."""

from typing import NamedTuple

import numpy as np

from medcore.evaluation.confusion import ratio


class Curve(NamedTuple):
    """What each threshold gives, from none called positive to all.

    Args:
        thresholds: (k,) falling; a case is called positive whose score is the threshold or higher. The first is inf.
        recall: (k,) share of the positive that are found (sensitivity); NaN where there are none.
        false_alarms: (k,) share of the negative that are called positive (1 - specificity); NaN where there are none.
        precision: (k,) share of those called positive that are; 1 where none is.
    """

    thresholds: np.ndarray
    recall: np.ndarray
    false_alarms: np.ndarray
    precision: np.ndarray


class Ranking(NamedTuple):
    """Cases in the order of their scores, the highest first; cases of equal scores are a group.

    Args:
        order: (n,) case numbers.
        thresholds: (k,) the score of each group.
        ends: (k,) how many cases there are up to the end of each group.
        found: (k,) how many of them are positive.
        positives: (p,) numbers of the positive cases, in this order.
        firsts: (g,) among `positives`, the first of each group that has any.
        groups: (g,) which groups these are.
    """

    order: np.ndarray
    thresholds: np.ndarray
    ends: np.ndarray
    found: np.ndarray
    positives: np.ndarray
    firsts: np.ndarray
    groups: np.ndarray


def ranking(positive: np.ndarray, scores: np.ndarray) -> Ranking:
    """Puts cases in order.

    Args:
        positive: (n,) bool.
        scores: (n,) higher for the positive.
    """
    order = np.argsort(-scores, kind="stable")
    ordered = scores[order]
    ends = np.append(np.flatnonzero(np.diff(ordered)) + 1, len(order))
    found = np.cumsum(positive[order])[ends - 1]
    new = np.diff(found, prepend=0)
    groups = np.flatnonzero(new)
    return Ranking(order, ordered[ends - 1], ends, found, order[positive[order]], (found - new)[groups], groups)


def curve(positive: np.ndarray, scores: np.ndarray) -> Curve:
    """The ROC and the precision-recall curve: a point each distinct score, and one for no case called positive."""
    ranked = ranking(positive, scores)
    found, called = np.append(0, ranked.found), np.append(0, ranked.ends)
    alarms = called - found
    precision = np.divide(found, called, out=np.ones(len(called)), where=called > 0)
    recall, false_alarms = (ratio(values, np.full(len(values), values[-1])) for values in (found, alarms))
    return Curve(np.append(np.inf, ranked.thresholds), recall, false_alarms, precision)


def areas(ranked: Ranking, drawn: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Area under the ROC curve, and average precision, of resamples; NaN where one kind of case is missing.

    Average precision is the sum over thresholds of precision times the step in recall, without a straight line between
    points, which would flatter (Davis & Goadrich 2006, doi 10.1145/1143844.1143874).

    Args:
        ranked: the cases in order.
        drawn: (n, b) int, how often each case counts.

    Returns:
        (b,) and (b,).
    """
    every = drawn.sum(axis=0, dtype=float)
    if not len(ranked.positives):
        return np.full(len(every), np.nan), np.full(len(every), np.nan)
    # Positive cases alone add to either area, so only what stands at their groups is looked at.
    called = np.cumsum(drawn[ranked.order], axis=0, dtype=np.int32)
    upto = called[ranked.ends[ranked.groups] - 1]
    new = np.add.reduceat(drawn[ranked.positives], ranked.firsts, axis=0, dtype=np.int32)
    found = np.cumsum(new, axis=0, dtype=np.int32)
    starts = np.append(0, ranked.ends)[ranked.groups]
    before = np.where(starts[:, None] > 0, called[starts - 1], 0)
    positives = found[-1].astype(float)
    precision = np.einsum("kb,kb->b", new, found / np.maximum(upto, 1))
    alarms = (upto - found) + (before - (found - new))
    behind = np.einsum("kb,kb->b", new, (every - positives) - alarms / 2)
    return ratio(behind, positives * (every - positives)), ratio(precision, positives)
