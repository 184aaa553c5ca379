"""What computed a result: versions, processor, devices; and the digest that names it."""

from __future__ import annotations

import hashlib
import json
import platform
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime as ort


def environment() -> dict[str, Any]:
    """The record of this machine and its software, of strings and lists of strings only."""
    record: dict[str, Any] = {
        "python": platform.python_version(),
        "numpy": np.__version__,
        "onnxruntime": ort.__version__,
        "onnxruntimeBuild": ort.get_build_info(),
        "system": f"{platform.system()} {platform.release()}",
        "machine": platform.machine(),
        "providers": list(ort.get_available_providers()),
        **_processor(),
    }
    cuda = _cuda()
    return record | ({"cuda": cuda} if cuda else {})


def environment_digest(record: dict[str, Any]) -> str:
    """SHA-256 (hex) of the record's canonical JSON (RFC 8785; the keys are ASCII)."""
    text = json.dumps(record, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _processor() -> dict[str, str]:
    fields = _colon_fields("/proc/cpuinfo")
    flags = " ".join(sorted(fields.get("flags", fields.get("Features", "")).split()))
    return {
        "processor": fields.get("model name", platform.processor() or platform.machine()),
        "processorFlagsDigest": hashlib.sha256(flags.encode()).hexdigest(),
    }


def _cuda() -> dict[str, Any]:
    """Driver and devices as the driver itself lists them; empty where there is none."""
    driver = Path("/proc/driver/nvidia/version")
    if not driver.exists():
        return {}
    devices = sorted(Path("/proc/driver/nvidia/gpus").glob("*/information"))
    return {
        "driver": driver.read_text(encoding="utf-8", errors="replace").splitlines()[0],
        "devices": [_colon_fields(str(d)).get("Model", "unknown") for d in devices],
        "runtime": str(getattr(ort, "cuda_version", "") or "none"),
    }


def _colon_fields(path: str) -> dict[str, str]:
    """The first value of each "name : value" line of a /proc file."""
    try:
        lines = Path(path).read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return {}
    fields: dict[str, str] = {}
    for line in lines:
        name, _, value = line.partition(":")
        fields.setdefault(name.strip(), value.strip())
    return fields
