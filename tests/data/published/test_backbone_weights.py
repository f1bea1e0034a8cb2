"""Which weights are here, and downloads of them from a server of our own."""

import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import h5py
import numpy as np
import pytest

from medcore.data.published import backbone_weights
from medcore.spec import ModelSpec

SPEC = ModelSpec("mobilenetv2", {"size": 96})
NUMBERS = 410_208


def hdf5(path: Path, numbers: int) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with h5py.File(path, "w") as file:
        file["a/kernel"] = np.zeros(numbers - 8, np.float32)
        file["b/bias"] = np.zeros((2, 4), np.float32)
    return path


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *args):
        pass


@pytest.fixture
def served(tmp_path, monkeypatch):
    """Folder behind the address that weights come from."""
    folder = tmp_path / "served"
    folder.mkdir()
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=folder)) as http:
        threading.Thread(target=http.serve_forever, daemon=True).start()
        monkeypatch.setattr(backbone_weights, "_ADDRESS", f"http://127.0.0.1:{http.server_port}")
        yield folder
        http.shutdown()


def test_the_list_has_every_backbone_and_every_alpha(home):
    found = backbone_weights.listing()
    assert len(found) == 6 + 6
    assert len({weights.file for weights in found}) == 12
    assert not any(weights.path for weights in found)
    assert all(weights.how.count(". ") == 0 and "MEDCORE_WEIGHTS" in weights.how for weights in found)
    assert found[0].megabytes == pytest.approx(58.9, abs=0.1)  # the file of VGG16 has 58,889,256 bytes


@pytest.mark.parametrize(("size", "rows"), [(96, 96), (160, 160), (64, 224), (224, 224), (300, 224)])
def test_mobilenet_takes_the_weights_of_its_size_as_keras_does(size, rows):
    file = backbone_weights.remote(ModelSpec("mobilenetv2", {"size": size, "alpha": 1.4})).file
    assert file == f"mobilenet_v2_weights_tf_dim_ordering_tf_kernels_1.4_{rows}_no_top.h5"


def test_keras_own_file_goes_before_others_and_any_that_fits_will_do(home, tmp_path, monkeypatch):
    monkeypatch.setenv("MEDCORE_WEIGHTS", str(tmp_path / "mine"))
    hdf5(tmp_path / "mine" / "another.h5", NUMBERS + 1)
    (tmp_path / "mine" / "broken.h5").write_bytes(b"no HDF5")
    assert backbone_weights.find(SPEC) is None
    fits = hdf5(tmp_path / "mine" / "some.weights.h5", NUMBERS)
    assert backbone_weights.find(SPEC) == fits
    assert backbone_weights.weights(SPEC).how == ""
    named = hdf5(tmp_path / "mine" / backbone_weights.remote(SPEC).file, 9)
    assert backbone_weights.find(SPEC) == named


def test_a_download_lies_under_home_and_is_found_there(home, served):
    source = hdf5(served / "mobilenet_v2" / backbone_weights.remote(SPEC).file, NUMBERS)
    seen = []
    path = backbone_weights.fetch(SPEC, lambda done, total: seen.append((done, total)))
    assert path.parent == home / "weights"
    assert path.read_bytes() == source.read_bytes()
    assert seen[-1] == (source.stat().st_size,) * 2
    assert backbone_weights.find(SPEC) == path


def test_what_is_not_what_keras_publishes_is_not_kept(home, served):
    hdf5(served / "mobilenet_v2" / backbone_weights.remote(SPEC).file, NUMBERS - 1)
    with pytest.raises(ValueError, match=r"must hold the 410,208 weights of MobileNetV2 with alpha 0\.35; what came"):
        backbone_weights.fetch(SPEC, lambda *_: None)
    vgg16 = ModelSpec("vgg16")
    hdf5(served / "vgg16" / backbone_weights.remote(vgg16).file, 100)
    with pytest.raises(ValueError, match=r"must have the published checksum md5:6d6bbae143d832006294945121d1f1fc"):
        backbone_weights.fetch(vgg16, lambda *_: None)
    assert not list((home / "weights").glob("*.h5"))


def test_only_backbones_have_such_weights(home):
    with pytest.raises(ValueError, match=r"Only backbones have weights of ImageNet: convnexttiny, .*Received: 'cnn'"):
        backbone_weights.find(ModelSpec("cnn"))
