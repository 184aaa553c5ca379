"""Prepare the survey's rows and say so in OpenLineage.

Run it alone with `python -m demo.pipeline.preparation`.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from demo.data.columns import FEATURES, KEY, LABEL
from demo.data.errors import DataError
from demo.data.fetch import SURVEY_FILES, fetch
from demo.data.folder import demo_folder
from demo.data.prepare import Prepared, prepare_batches, prepare_training
from demo.pipeline.events import Run, dataset, facet, labelled_rows, rows_dataset
from demo.pipeline.source import current_source

SCRIPT = "demo/data/prepare.py"
SURVEY_NAMESPACE = "nannyml-0.13.1"
SURVEY_WORDS = {
    "employment_MA_reference.pq": "ACS Massachusetts 2015, 68,785 rows with labels",
    "employment_MA_analysis.pq": "ACS Massachusetts 2016 to 2018, 208,892 rows without labels",
    "employment_MA_analysis_target.pq": "Labels of the rows of 2016 to 2018",
}


def run_preparation(
    folder: Path | None = None, survey: dict[str, Path] | None = None
) -> tuple[Prepared, list[Path]]:
    """Prepare the `survey` (fetched unless given) below `folder` (default `demo_folder()`).

    The second value is the events' paths in order. Raises DataError as fetching and preparing
    do; a preparation that fails writes a FAIL event.
    """
    home = folder or demo_folder()
    survey = survey or fetch()
    data, events = home / "data", home / "events"
    source = current_source()
    with Run(
        "prepare-2015",
        "Rows of 2015 aged 16 to 64, split into training and test rows with a fixed seed.",
        SCRIPT,
        source,
        events,
        [_survey_file("employment_MA_reference.pq")],
    ) as run:
        training = prepare_training(survey, data)
        run.outputs = [
            labelled_rows(training[0], "Training rows of 2015"),
            labelled_rows(training[1], "Test rows of 2015"),
        ]
    with Run(
        "prepare-replay",
        "Rows of 2016 to 2018 aged 16 to 64, in twelve batches with labels apart: a replay.",
        SCRIPT,
        source,
        events,
        [_survey_file(name) for name in list(SURVEY_FILES)[1:]],
    ) as run:
        prepared = prepare_batches(survey, data, training)
        run.outputs = _batch_datasets(prepared)
    jobs = ("prepare-2015", "prepare-replay")
    return prepared, [events / f"{job}.{end}.json" for job in jobs for end in ("start", "complete")]


def _survey_file(name: str) -> dict[str, Any]:
    """A source: it comes from outside, and nothing that is tracked feeds it."""
    found = dataset(name, SURVEY_FILES[name], SURVEY_WORDS[name], SURVEY_NAMESPACE)
    found["facets"]["lineage"] = facet("LineageFacet", "1-0-0", inputs=[])
    return found


def _batch_datasets(prepared: Prepared) -> list[dict[str, Any]]:
    found = []
    for batch in prepared.batches:
        words = f"{batch.name}: {batch.data.rows:,} rows. {batch.note or ''}".strip()
        found.append(rows_dataset(batch.data, words, (KEY, *FEATURES)))
        found.append(rows_dataset(batch.labels, f"Labels of {batch.name}", (KEY, LABEL)))
    return found


def main() -> int:
    try:
        prepared, events = run_preparation()
    except DataError as error:
        print(error, file=sys.stderr)
        return 1
    for file in (prepared.train, prepared.test, *(batch.data for batch in prepared.batches)):
        print(f"{file.path:40} {file.rows:>8,} rows  {file.sha256[:12]}…")
    print("\n".join(f"lineage event {path.name}" for path in events))
    return 0


if __name__ == "__main__":
    sys.exit(main())
