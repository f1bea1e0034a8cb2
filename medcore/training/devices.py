"""What a worker computes on, how exactly, and why."""

import os
import platform
import shutil
import subprocess
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from medcore import catalog
from medcore.spec import Precision

BFLOAT16_FLAGS = ("amx_bf16", "avx512_bf16")
"""Processor flags of Linux that make bfloat16 faster than float32."""

BFLOAT16_CAPABILITY = (8, 0)
"""CUDA compute capability from which a GPU computes in bfloat16: Ampere."""


@dataclass(frozen=True)
class Device:
    """What one run computes on.

    Args:
        name: as the maker calls it, with the number of cores for a processor.
        kind: "gpu" or "cpu".
        memory_gb: the GPU's own, or the machine's, in GiB; None where unknown.
        precision: "float32" or "bfloat16" (weights and the last layer stay float32).
        why: one sentence on the precision.
    """

    name: str
    kind: str
    memory_gb: float | None
    precision: str
    why: str


def prepare(size: str, threads: int | None = None, gpu: str | None = None) -> None:
    """Settles threads and GPU; to be called before Keras computes anything in this process.

    TensorFlow reads these variables when it first computes, so they work after the import, too.

    Args:
        size: "small" models lose time to a second thread, "large" ones fill every core.
        threads: overrides what the size says.
        gpu: the only one to be seen, as CUDA_VISIBLE_DEVICES names it: "0", "GPU-…" or "MIG-…"; "-1" hides all,
            None leaves all.
    """
    threads = threads or (1 if size == "small" else cores())
    for name in ("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS", "OMP_NUM_THREADS"):
        os.environ[name] = str(threads)
    os.environ["TF_FORCE_GPU_ALLOW_GROWTH"] = "true"
    if gpu is not None:
        os.environ["CUDA_DEVICE_ORDER"] = "PCI_BUS_ID"
        os.environ["CUDA_VISIBLE_DEVICES"] = gpu


def cores() -> int:
    """Cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def choose(model: catalog.ModelChoice, precision: Precision = "auto") -> Device:
    """The device that a run of this model takes in this process, and its precision."""
    return _with_precision(_hardware()[0], model, precision)


def fast_bfloat16() -> bool:
    """Whether this machine's processor computes faster in bfloat16 than in single precision."""
    return _processor("", True).bfloat16 is not None


def processor(why: str) -> Device:
    """This machine's processor, for what computes on it whatever GPU there may be."""
    hardware = _processor("", False)
    return Device(hardware.name, hardware.kind, hardware.memory_gb, "float32", why)


def describe() -> list[dict[str, Any]]:
    """Every GPU, or else the processor, with the precision of convolutional networks on it, ready for JSON."""
    return [asdict(_with_precision(hardware, catalog.NETWORKS["cnn"], "auto")) for hardware in _hardware()]


@dataclass(frozen=True)
class _Hardware:
    name: str
    kind: str
    memory_gb: float | None
    bfloat16: str | None
    """What makes bfloat16 fast, or None."""
    remark: str = ""


def _with_precision(hardware: _Hardware, model: catalog.ModelChoice, precision: Precision) -> Device:
    if precision != "auto":
        chosen, why = precision, f"Asked for: {precision}."
    elif model.dense_only:
        chosen, why = "float32", "Dense layers alone gain nothing from bfloat16."
    elif isinstance(model, catalog.BackboneChoice) and not model.gains_by_bfloat16:
        chosen, why = (
            "float32",
            f"{model.label} gains nothing from bfloat16: its convolutions take channels one by one.",
        )
    elif hardware.bfloat16:
        chosen, why = "bfloat16", f"Convolutions run faster in bfloat16 on {hardware.bfloat16}."
    else:
        chosen, why = "float32", "This hardware has no fast bfloat16."
    return Device(hardware.name, hardware.kind, hardware.memory_gb, chosen, f"{why} {hardware.remark}".strip())


def _hardware() -> list[_Hardware]:
    import keras

    backend = keras.backend.backend()
    if backend != "tensorflow":
        return [_processor(f"Keras runs on {backend}, which picks its own device; this path is not tuned.", False)]
    from medcore.training import loop

    found, listed = loop.gpus(), _nvidia_memory()
    hidden = os.environ.get("CUDA_VISIBLE_DEVICES") in ("-1", "")
    if not found and listed and not hidden:
        return [
            _processor("There is an NVIDIA GPU that this TensorFlow cannot use: install tensorflow[and-cuda].", True)
        ]
    return [_gpu(gpu, listed) for gpu in found] or [_processor("", True)]


def _gpu(gpu: dict[str, Any], memory: dict[str, float]) -> _Hardware:
    fast = gpu["capability"] is not None and tuple(gpu["capability"]) >= BFLOAT16_CAPABILITY
    return _Hardware(gpu["name"], "gpu", memory.get(gpu["name"]), "its tensor cores" if fast else None)


def _nvidia_memory() -> dict[str, float]:
    """GiB by name of GPU, as the driver's own tool says; empty without one."""
    tool = shutil.which("nvidia-smi")
    if not tool:
        return {}
    query = [tool, "--query-gpu=name,memory.total", "--format=csv,noheader,nounits"]
    try:
        lines = subprocess.run(query, capture_output=True, text=True, timeout=20, check=True).stdout.splitlines()
    except (OSError, subprocess.SubprocessError):
        return {}
    pairs = (line.rsplit(",", 1) for line in lines if "," in line)
    return {name.strip(): round(float(mib) / 1024, 1) for name, mib in pairs if mib.strip().isdigit()}


def _processor(remark: str, tuned: bool) -> _Hardware:
    import psutil

    facts = _cpuinfo()
    flags = facts.get("flags", "").split()
    fast = next((flag for flag in BFLOAT16_FLAGS if flag in flags), None) if tuned else None
    name = facts.get("model name") or platform.processor() or platform.machine() or "Processor"
    n = cores()
    memory = round(psutil.virtual_memory().total / 2**30, 1)
    why = {"amx_bf16": "a processor with AMX", "avx512_bf16": "a processor with AVX512-BF16"}.get(fast)
    return _Hardware(f"{name}, {n} core{'s' if n > 1 else ''}", "cpu", memory, why, remark)


def _cpuinfo() -> dict[str, str]:
    """First processor's entry of Linux' /proc/cpuinfo; empty elsewhere."""
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return {}
    pairs = (line.partition(":") for line in text.split("\n\n")[0].splitlines())
    return {key.strip(): value.strip() for key, _, value in pairs}
