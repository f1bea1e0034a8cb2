import json
import os
import subprocess
import sys

import pytest

from medcore import catalog
from medcore.training import devices, loop

MLP, CNN = catalog.MODELS["mlp"], catalog.MODELS["cnn"]


@pytest.fixture
def no_gpu(monkeypatch):
    monkeypatch.setattr(loop, "gpus", list)
    monkeypatch.setattr(devices, "_nvidia_memory", dict)


@pytest.mark.parametrize(
    ("flags", "precision", "word"),
    [
        ("fpu avx512_bf16", "bfloat16", "AVX512-BF16"),
        ("fpu avx512_bf16 amx_bf16", "bfloat16", "AMX"),
        ("fpu avx2", "float32", "no fast bfloat16"),
    ],
)
def test_convolutions_take_bfloat16_where_the_processor_is_fast_at_it(flags, precision, word, no_gpu, monkeypatch):
    monkeypatch.setattr(devices, "_cpuinfo", lambda: {"flags": flags, "model name": "Test 9000"})
    device = devices.choose(CNN)
    assert (device.kind, device.precision) == ("cpu", precision)
    assert device.name.startswith("Test 9000, ")
    assert word in device.why
    assert device.memory_gb > 0


def test_dense_layers_stay_in_float32(no_gpu, monkeypatch):
    monkeypatch.setattr(devices, "_cpuinfo", lambda: {"flags": "amx_bf16"})
    assert devices.choose(MLP).precision == "float32"


def test_what_was_asked_for_is_taken(no_gpu, monkeypatch):
    monkeypatch.setattr(devices, "_cpuinfo", dict)
    device = devices.choose(CNN, "bfloat16")
    assert (device.precision, device.why) == ("bfloat16", "Asked for: bfloat16.")


def test_a_gpu_is_described_with_its_memory(monkeypatch):
    monkeypatch.setattr(loop, "gpus", lambda: [{"name": "NVIDIA A100", "capability": (8, 0)}])
    monkeypatch.setattr(devices, "_nvidia_memory", lambda: {"NVIDIA A100": 39.6})
    (device,) = devices.describe()
    assert (device["name"], device["kind"], device["memory_gb"]) == ("NVIDIA A100", "gpu", 39.6)
    assert device["precision"] == "bfloat16"
    assert json.loads(json.dumps(device)) == device


def test_an_older_gpu_keeps_float32(monkeypatch):
    monkeypatch.setattr(loop, "gpus", lambda: [{"name": "Tesla T4", "capability": (7, 5)}])
    monkeypatch.setattr(devices, "_nvidia_memory", dict)
    assert devices.choose(CNN).precision == "float32"


def test_a_gpu_that_tensorflow_cannot_use_is_said_so(monkeypatch):
    monkeypatch.setattr(loop, "gpus", list)
    monkeypatch.setattr(devices, "_nvidia_memory", lambda: {"NVIDIA A100": 39.6})
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    device = devices.choose(CNN)
    assert device.kind == "cpu"
    assert "install tensorflow[and-cuda]" in device.why
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "-1")
    assert "install" not in devices.choose(CNN).why


@pytest.mark.skipif(os.name == "nt", reason="the stand-in for nvidia-smi is a shell script")
def test_memory_is_read_from_the_drivers_tool(tmp_path, monkeypatch):
    tool = tmp_path / "nvidia-smi"
    tool.write_text("#!/bin/sh\necho 'NVIDIA H200, 143771'\necho 'Odd, one, [N/A]'\n")
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    assert devices._nvidia_memory() == {"NVIDIA H200": 140.4}
    tool.write_text("#!/bin/sh\nexit 9\n")
    assert devices._nvidia_memory() == {}


@pytest.mark.slow
@pytest.mark.parametrize(("size", "threads", "expected"), [("small", None, 1), ("large", 2, 2)])
def test_threads_are_settled_even_after_the_import(size, threads, expected):
    code = f"""
import keras, os, time
from medcore.training import devices
devices.prepare({size!r}, {threads!r}, '-1')
a = keras.random.normal((1500, 1500), seed=1)
keras.ops.convert_to_numpy(a @ a)
cpu, wall = time.process_time(), time.perf_counter()
for _ in range(8):
    keras.ops.convert_to_numpy(a @ a)
print((time.process_time() - cpu) / (time.perf_counter() - wall), os.environ["TF_NUM_INTRAOP_THREADS"])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    busy, said = done.stdout.split()
    assert int(said) == expected
    if expected == 1:
        assert float(busy) < 1.2
