"""What computed a figure: the code by its digest, the environment by its own."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Any

from inference.engine.environment import environment, environment_digest

_PROJECT = Path(__file__).resolve().parents[2]
_FOLDERS = ("inference/engine", "monitoring/evaluation", "monitoring/statistics")

JSON = dict[str, Any]


@cache
def code(version: str) -> JSON:
    """The files that turn rows into figures: SHA-256 over their paths and bytes, in path order."""
    hashed = hashlib.sha256()
    for folder in _FOLDERS:
        for path in sorted((_PROJECT / folder).glob("*.py")):
            data = path.read_bytes()
            name = path.relative_to(_PROJECT).as_posix()
            hashed.update(f"{name}\0{len(data)}\0".encode() + data)
    return {
        "name": "muniment.evaluation",
        "version": version,
        "digest": hashed.hexdigest(),
    }


def environment_of(provider: str | None, nodes: dict[str, int]) -> tuple[JSON, JSON]:
    """The statement's `environment`, and the full record its digest names."""
    full = environment()
    devices = full.get("cuda", {}).get("devices", [])
    on_gpu = bool(devices) and provider is not None and provider.startswith("CUDA")
    return {
        "digest": environment_digest(full),
        "runtime": f"onnxruntime {full['onnxruntime']}",
        "device": (devices[0] if on_gpu else full["processor"])[:300] or None,
        "provider": provider,
        "nodes": dict(nodes),
    }, full
