"""Which device runs a model: what was asked for, what the runtime offers, what it assigned."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass
from typing import Any, Literal, Self

import onnxruntime as ort

from inference.engine.reasons import EngineError

CPU = "CPUExecutionProvider"
CUDA = "CUDAExecutionProvider"
KNOWN_PROVIDERS = (CUDA, CPU)


@dataclass(frozen=True, slots=True)
class ProviderPolicy:
    """What may run a model.

    `require`: the first provider must really run the model, else loading fails. `prefer`: the
    first of `providers` that can is used, and the model says when it was not the first.
    `minimum_share` is the least share of nodes (0..1) the chosen accelerator must be assigned.
    `deterministic` keeps results repeatable: one thread, no TF32, fixed algorithms.
    """

    mode: Literal["require", "prefer"] = "prefer"
    providers: tuple[str, ...] = (CPU,)
    intra_op: int = 1
    deterministic: bool = True
    minimum_share: float = 0.5
    gpu_memory_bytes: int = 4 * 1024**3
    device: int = 0

    def to_json(self) -> dict[str, Any]:
        return asdict(self) | {"providers": list(self.providers)}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        return cls(**(data | {"providers": tuple(data["providers"])}))


@dataclass(frozen=True, slots=True)
class Choice:
    """Providers to hand to the runtime, in order, and why the first wish was passed over."""

    names: tuple[str, ...]
    passed_over: str | None


def choose_providers(policy: ProviderPolicy) -> Choice:
    """The providers to try. Raises EngineError where the policy cannot be met here."""
    if not policy.providers or any(name not in KNOWN_PROVIDERS for name in policy.providers):
        known = ", ".join(KNOWN_PROVIDERS)
        raise EngineError("provider_unknown", f"Name at least one provider; known are {known}.")
    offered = ort.get_available_providers()
    first = policy.providers[0]
    if first in offered:
        return Choice(policy.providers, None)
    why = f"{first} is not part of the installed runtime (it has {', '.join(offered)})"
    rest = tuple(name for name in policy.providers[1:] if name in offered)
    if policy.mode == "require" or not rest:
        sentence = f"{why}. Install the runtime for it, or ask for a provider that is present."
        raise EngineError("provider_unavailable", sentence)
    return Choice(rest, why)


def runtime_providers(choice: Choice, policy: ProviderPolicy) -> list[str | tuple[str, Any]]:
    """Providers with their options, as ONNX Runtime takes them; the CPU always stands last."""
    listed: list[str | tuple[str, Any]] = []
    for name in choice.names:
        if name == CUDA:
            _load_cuda_libraries()
            listed.append((CUDA, cuda_options(policy)))
    return [*listed, CPU]


def cuda_options(policy: ProviderPolicy) -> dict[str, str]:
    return {
        "device_id": str(policy.device),
        "gpu_mem_limit": str(policy.gpu_memory_bytes),
        "arena_extend_strategy": "kSameAsRequested",
        "cudnn_conv_algo_search": "HEURISTIC",
        "use_tf32": "0" if policy.deterministic else "1",
    }


def session_options(policy: ProviderPolicy) -> ort.SessionOptions:
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1 if policy.deterministic else policy.intra_op
    options.inter_op_num_threads = 1
    options.use_deterministic_compute = policy.deterministic
    options.log_severity_level = 4
    for key, value in _SESSION_CONFIG.items():
        options.add_session_config_entry(key, value)
    return options


# The model comes as bytes, so external data has no folder of its own: name one that is not there.
_SESSION_CONFIG = {
    "session.record_ep_graph_assignment_info": "1",
    "session.load_model_format": "ONNX",
    "session.intra_op.allow_spinning": "0",
    "session.inter_op.allow_spinning": "0",
    "session.model_external_initializers_file_folder_path": "/nonexistent",
    "session.function_expansion_node_limit": "200000",
    "optimization.constant_folding_max_output_size_in_bytes": str(64 * 1024 * 1024),
}


def assigned_nodes(session: ort.InferenceSession) -> dict[str, int]:
    """Nodes per provider after optimization, as the runtime itself assigned them."""
    counts: Counter[str] = Counter()
    for part in session.get_provider_graph_assignment_info():
        counts[str(part.ep_name)] += len(part.get_nodes())
    return dict(counts.most_common())


def refusal_of_assignment(
    wanted: str, running: list[str], nodes: dict[str, int], policy: ProviderPolicy
) -> str | None:
    """Why the runtime's own assignment is not what `wanted` asks for, or None where it is."""
    if wanted not in running:
        present = ", ".join(running)
        return f"The runtime could not start {wanted} and uses {present}; see its log"
    total = sum(nodes.values())
    if wanted == CPU or total == 0:
        return None
    share = nodes.get(wanted, 0) / total
    if share >= policy.minimum_share:
        return None
    return (
        f"{wanted} runs only {nodes.get(wanted, 0)} of the model's {total} nodes; at least "
        f"{policy.minimum_share:.0%} is asked for"
    )


def _load_cuda_libraries() -> None:
    # The CUDA libraries may lie in their own wheels, where the loader does not look by itself.
    ort.preload_dlls()
