"""What an evaluation is about: one release with one model, its decision and its rows."""

from __future__ import annotations

from governance.identity.errors import Conflict, InvalidInput
from governance.registry import store
from governance.registry.models import AISystem, DatasetVersion, ModelVersion, Release
from inference.engine.reasons import EngineError
from inference.engine.signature import Signature
from inference.registered import engine_signature

_PARQUET = b"PAR1"


def only_version(release: Release) -> ModelVersion:
    """The release's model version. Raises Conflict unless it has exactly one."""
    versions = list(release.model_versions.select_related("model", "artefact"))
    if len(versions) != 1:
        raise Conflict(
            "several_models",
            f"{release} has {len(versions)} models. Only a release with one model is evaluated here.",
        )
    return versions[0]


def decided_signature(version: ModelVersion, release: Release | None) -> Signature:
    """The signature with the release's cut-off and favourable class.

    Raises InvalidInput where either is missing or the task is not binary.
    """
    if version.not_evaluated:
        raise InvalidInput("task", version.not_evaluated)
    decision = release.manifest["decision"] if release else {}
    try:
        return engine_signature(version.signature, decision)
    except EngineError as error:
        raise InvalidInput(error.code, error.sentence) from error


def protected_of(version: ModelVersion) -> tuple[str, ...]:
    named = version.signature.get("protected", [])
    return tuple(str(name) for name in named) if isinstance(named, list) else ()


def check_named(system: AISystem, dataset: DatasetVersion, pointer: str = "/dataset") -> None:
    """Raise InvalidInput unless the rows are the system's. A file that stays elsewhere is measured there."""
    if not system.unit.path.startswith(dataset.unit.path):
        raise InvalidInput("dataset", f"'{dataset}' belongs to another AI system.", pointer)
    if dataset.artefact_id is not None:
        check_dataset(system, dataset, pointer)


def check_dataset(system: AISystem, dataset: DatasetVersion, pointer: str = "/dataset") -> None:
    """Raise InvalidInput unless the rows belong to the system's part of the tree and lie here."""
    if not system.unit.path.startswith(dataset.unit.path):
        raise InvalidInput("dataset", f"'{dataset}' belongs to another AI system.", pointer)
    if dataset.artefact_id is None:
        raise InvalidInput(
            "dataset_elsewhere",
            f"The file of '{dataset}' is not here. Upload it, then register it with the upload; or measure beside "
            "the data and sign the figures: muniment evaluate --local.",
            pointer,
        )
    if not is_parquet(dataset.sha256):
        raise InvalidInput(
            "dataset_not_parquet",
            f"'{dataset}' is no Parquet file. Write it as Parquet and upload that file.",
            pointer,
        )


def is_parquet(sha256: str) -> bool:
    try:
        with store.path_of(sha256).open("rb") as file:
            return file.read(len(_PARQUET)) == _PARQUET
    except FileNotFoundError:
        return False
