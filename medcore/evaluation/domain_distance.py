"""How far the features of two places lie apart, and where they lie in two dimensions."""

import numpy as np
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression
from sklearn.manifold import TSNE
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

PERPLEXITY = 30.0
"""Neighbours that t-SNE looks at, about."""
STEPS = 500
"""Of t-SNE, half of the usual: a few hundred images lie still by then."""


def distances(source: np.ndarray, target: np.ndarray, seed: int = 0) -> dict[str, float]:
    """ "proxy_a" and "coral" of features that are standardised over both places together.

    Args:
        source, target: features (n, d), two images of each or more.
        seed: of the halves.
    """
    both = standardised(np.concatenate([source, target]))
    source, target = both[: len(source)], both[len(source) :]
    return {"proxy_a": proxy_a(source, target, seed), "coral": coral(source, target)}


def proxy_a(source: np.ndarray, target: np.ndarray, seed: int = 0) -> float:
    """2 (1 - 2 error) of a linear classifier that tells the places apart: 0 where it guesses, 2 where it never errs.

    The classifier learns on one half of the images and is judged by the other, once each way. Both places weigh the
    same, however many images each has. Where it does worse than a guess, the distance is 0.

    Args:
        source, target: features (n, d), two images of each or more.
        seed: of the halves.

    Reference:
        Ben-David et al., A theory of learning from different domains, doi 10.1007/s10994-009-5152-4.
    """
    features = np.concatenate([source, target])
    domain = np.repeat([0, 1], [len(source), len(target)])
    rng = np.random.default_rng(seed)
    half = np.concatenate([rng.permutation(len(part)) % 2 == 1 for part in (source, target)])
    errors = [_error(features, domain, half == judging) for judging in (False, True)]
    return max(0.0, 2 * (1 - 2 * float(np.mean(errors))))


def _error(features: np.ndarray, domain: np.ndarray, judging: np.ndarray) -> float:
    """Mean of both places' share of images that are taken for the other's."""
    linear = LogisticRegression(class_weight="balanced", max_iter=1000)
    linear.fit(features[~judging], domain[~judging])
    wrong = linear.predict(features[judging]) != domain[judging]
    return float(np.mean([wrong[domain[judging] == place].mean() for place in (0, 1)]))


def coral(source: np.ndarray, target: np.ndarray) -> float:
    """Squared Frobenius norm of the difference of the covariances of features (n, d), over 4 d².

    Reference:
        Sun & Saenko, Deep CORAL: Correlation Alignment for Deep Domain Adaptation, arXiv:1607.01719.
    """
    difference = np.cov(source, rowvar=False) - np.cov(target, rowvar=False)
    return float(np.square(difference).sum() / (4 * source.shape[1] ** 2))


def standardised(features: np.ndarray) -> np.ndarray:
    """Every feature with mean 0 and standard deviation 1; constant ones are 0."""
    return StandardScaler().fit_transform(features.astype(np.float64))


def in_two_dimensions(features: np.ndarray, seed: int = 0) -> dict[str, np.ndarray]:
    """Where images lie, "pca" and "tsne" (n, 2) float32, of features (n, d) that are standardised first.

    t-SNE starts from PCA. Distances between far groups mean nothing in it, and neither do the sizes of groups.

    Args:
        features: (n, d), n at least 3.
        seed: of what is drawn at random.

    Reference:
        van der Maaten & Hinton, Visualizing Data using t-SNE, JMLR 9 (2008) 2579.
    """
    ready = standardised(features)
    pca = PCA(2, random_state=seed).fit_transform(ready) if min(ready.shape) > 1 else np.c_[ready, 0 * ready]
    perplexity = min(PERPLEXITY, (len(ready) - 1) / 3)
    with threadpool_limits(1):  # its threads wait busily for each other: ten times slower where cores are shared
        tsne = TSNE(2, perplexity=perplexity, init=_small(pca), max_iter=STEPS, random_state=seed).fit_transform(ready)
    return {"pca": pca.astype(np.float32), "tsne": tsne.astype(np.float32)}


def _small(pca: np.ndarray) -> np.ndarray:
    """As a start for t-SNE, spread by 1e-4, which is the usual."""
    return (pca / (pca[:, 0].std() or 1.0) * 1e-4).astype(np.float32)
