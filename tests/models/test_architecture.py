import keras
import pytest
from keras import layers

from medcore.models import blocks
from medcore.models.architecture import architecture
from medcore.models.cnn import cnn


def joined(to_input: bool) -> keras.Model:
    """Two equal layers in a row; what comes before them is added to the second one's output, or the first one's is."""
    image = keras.Input((4,))
    first = layers.Dense(4)(image)
    second = layers.Dense(4)(first)
    return keras.Model(image, layers.Add()([second, image if to_input else first]))


def test_networks_built_alike_are_the_same_whatever_their_names():
    assert architecture(joined(True)) == architecture(joined(True))
    assert architecture(keras.Sequential([joined(True)])) == architecture(keras.Sequential([joined(True)]))


def test_connections_tell_networks_apart():
    assert architecture(joined(True)) != architecture(joined(False))


@pytest.mark.parametrize("unfrozen", [0, 1, 2])
def test_parts_of_networks_built_alike_are_the_same(unfrozen):
    one, other = (blocks.split(cnn((20, 30, 1), 3), unfrozen) for _ in range(2))
    for ours, theirs in zip(one, other, strict=True):
        assert architecture(ours) == architecture(theirs)


def test_what_may_be_trained_is_told_if_it_counts():
    free, frozen = joined(True), joined(True)
    frozen.layers[1].trainable = False
    assert architecture(free) != architecture(frozen)
    assert architecture(free, trainable=False) == architecture(frozen, trainable=False)


def test_precision_is_told():
    def network(policy: str) -> keras.Model:
        return keras.Sequential([keras.Input((4,)), layers.Dense(2, dtype=policy)])

    assert architecture(network("float32")) != architecture(network("mixed_bfloat16"))
