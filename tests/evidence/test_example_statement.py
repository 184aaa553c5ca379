"""docs/how-to/evidence-from-a-pipeline.md: its example is a valid statement, and is accepted with ids of one's own."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any

from django.utils import timezone

from config.start import PROJECT
from governance.audit.actions import instant
from governance.audit.ids import new_id
from governance.evidence import statement
from tests.cast import Cast
from tests.evidence import samples
from tests.evidence.pipelines import make_pipeline

GUIDE = PROJECT / "docs" / "how-to" / "evidence-from-a-pipeline.md"
BLOCK = re.compile(r"^```json\n(.*?)^```", re.MULTILINE | re.DOTALL)


def example() -> dict[str, Any]:
    (block,) = BLOCK.findall(GUIDE.read_text(encoding="utf-8"))
    return dict(json.loads(block))


def test_the_example_is_valid() -> None:
    statement.validate(example())


def test_the_example_is_accepted_with_ids_of_ones_own(cast: Cast) -> None:
    pipeline, made, now = make_pipeline(cast), example(), timezone.now()
    digest = pipeline.release.digest
    made["subject"][0]["digest"]["sha256"] = digest
    said = made["predicate"]
    said["id"], said["producedAt"] = str(new_id()), instant(now)
    said["observed"] = {name: instant(now - timedelta(days=1)) for name in ("from", "to")}
    said["run"]["startedAt"] = instant(now - timedelta(minutes=1))
    said["scope"] = pipeline.release.scope.as_json()
    said["collector"] = {**pipeline.collector, "version": said["collector"]["version"]}
    said["series"]["target"] = f"sha256:{digest}"
    said["dataset"]["digest"] = samples.DATA
    row = pipeline.submit(made)
    assert (row.kind, row.predicate["value"]["value"]) == ("roc_auc", "0.81")
