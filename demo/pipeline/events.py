"""Tell what a step of the pipeline read and wrote, as OpenLineage 2-0-2 run events.

Each event is one JSON file; an outside system posts them to its lineage endpoint.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import uuid6

from demo.data.columns import COLUMNS, FEATURES, LABEL
from demo.data.tables import DataFile
from demo.pipeline.source import Source

NAMESPACE = "employment-service-demo"
PRODUCER = "urn:example:employment-service:pipeline"
SPEC = "https://openlineage.io/spec"
EVENT_SCHEMA = f"{SPEC}/2-0-2/OpenLineage.json#/$defs/RunEvent"

Facets = dict[str, dict[str, Any]]


def facet(schema: str, release: str, /, **content: object) -> dict[str, Any]:
    """A facet of the OpenLineage specification."""
    url = f"{SPEC}/facets/{release}/{schema}.json#/$defs/{schema}"
    return {"_producer": PRODUCER, "_schemaURL": url} | content


def dataset(name: str, sha256: str, words: str, namespace: str = NAMESPACE) -> dict[str, Any]:
    """A dataset whose version is its content."""
    facets: Facets = {
        "version": facet("DatasetVersionDatasetFacet", "1-0-1", datasetVersion=f"sha256:{sha256}"),
        "documentation": facet("DocumentationDatasetFacet", "1-1-0", description=words),
    }
    return {"namespace": namespace, "name": name, "facets": facets}


def rows_dataset(file: DataFile, words: str, columns: tuple[str, ...]) -> dict[str, Any]:
    """A prepared Parquet file, with its columns."""
    known = {column.name: column for column in COLUMNS}
    fields = [
        {"name": name, "type": known[name].dtype, "description": known[name].meaning}
        if name in known
        else {"name": name, "type": "int"}
        for name in columns
    ]
    described = dataset(f"acs-massachusetts/{file.path}", file.sha256, words)
    described["facets"]["schema"] = facet("SchemaDatasetFacet", "1-2-0", fields=fields)
    return described


def labelled_rows(file: DataFile, words: str) -> dict[str, Any]:
    return rows_dataset(file, f"{words}: {file.rows:,} rows", (*FEATURES, LABEL))


@dataclass
class Run:
    """One run of a job: entering writes START, leaving writes COMPLETE, or FAIL on an error."""

    job: str
    words: str
    script: str
    source: Source
    folder: Path
    inputs: list[dict[str, Any]]
    parameters: dict[str, str] = field(default_factory=dict)
    outputs: list[dict[str, Any]] = field(default_factory=list)
    run_id: str = field(default_factory=lambda: str(uuid6.uuid7()))

    def __enter__(self) -> Self:
        self.folder.mkdir(parents=True, exist_ok=True)
        self._write("START", [])
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._write("FAIL" if error else "COMPLETE", self.outputs, error)

    def _write(
        self, state: str, outputs: list[dict[str, Any]], error: BaseException | None = None
    ) -> None:
        event = {
            "eventType": state,
            "eventTime": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "producer": PRODUCER,
            "schemaURL": EVENT_SCHEMA,
            "run": {"runId": self.run_id, "facets": self._run_facets(error)},
            "job": {"namespace": NAMESPACE, "name": self.job, "facets": self._job_facets()},
            "inputs": self.inputs,
            "outputs": outputs,
        }
        path = self.folder / f"{self.job}.{state.lower()}.json"
        path.write_text(json.dumps(event, indent=1) + "\n")

    def _run_facets(self, error: BaseException | None) -> Facets:
        pairs = [{"key": key, "value": value} for key, value in self.parameters.items()]
        facets: Facets = {}
        if pairs:
            facets["executionParameters"] = facet(
                "ExecutionParametersRunFacet", "1-0-0", parameters=pairs
            )
        if error:
            facets["errorMessage"] = facet(
                "ErrorMessageRunFacet",
                "1-0-1",
                message=f"{type(error).__name__}: {error}",
                programmingLanguage="PYTHON",
            )
        return facets

    def _job_facets(self) -> Facets:
        return {
            "documentation": facet("DocumentationJobFacet", "1-1-0", description=self.words),
            "jobType": facet(
                "JobTypeJobFacet",
                "2-0-4",
                processingType="BATCH",
                integration="PYTHON",
                jobType="JOB",
            ),
            "sourceCodeLocation": facet(
                "SourceCodeLocationJobFacet",
                "1-1-0",
                type="git",
                url=f"{PRODUCER}:{self.script}",
                path=self.script,
                version=self.source.version,
            ),
        }
