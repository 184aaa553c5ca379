from __future__ import annotations

from tests.cast import Cast
from tests.reports.making import make_report


def test_it(cast: Cast) -> None:
    from pathlib import Path

    from governance.registry import store
    from tests.reports.story import tell

    tell(cast)
    report = make_report(cast)
    Path("/tmp/rr/r.pdf").write_bytes(store.path_of(report.pdf_id).read_bytes())
    Path("/tmp/rr/r.json").write_bytes(store.path_of(report.content_id).read_bytes())
    print(report.pages)
    org = make_report(cast, cast.organisation)
    Path("/tmp/rr/org.pdf").write_bytes(store.path_of(org.pdf_id).read_bytes())
