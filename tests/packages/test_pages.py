from __future__ import annotations

import pytest

from packages import actions
from packages.models import AuditPackage
from tests.packages.packing import Packed
from tests.pages.browse import html_of, queries_of, signed_in


def test_a_ready_package_shows_its_digests_and_how_to_check_it(packed: Packed) -> None:
    client = signed_in(packed.cast, "dana")
    html = html_of(client, packed.system.get_absolute_url())
    assert str(packed.system.file_id) in html and packed.system.manifest_sha256 in html
    assert f"python3 -I verify.py {packed.system.filename}" in html
    answer = client.get(f"{packed.system.get_absolute_url()}/download")
    assert answer["Content-Disposition"].endswith(f'filename="{packed.system.filename}"')
    assert b"".join(answer.streaming_content) == packed.file(packed.system).read_bytes()  # type: ignore[attr-defined]
    table = b"".join(client.get("/export/packages.csv").streaming_content)  # type: ignore[attr-defined]
    assert str(packed.system.file_id) in table.decode()


def test_a_page_that_waits_is_loaded_again_when_the_package_is_ready(packed: Packed) -> None:
    client = signed_in(packed.cast, "dana")
    answer = client.get(f"{packed.system.get_absolute_url()}/progress")
    assert answer["HX-Refresh"] == "true"
    waiting = actions.request_package(packed.cast.system.unit, None, by=packed.cast.by("abel"))
    assert "HX-Refresh" not in client.get(f"{waiting.get_absolute_url()}/progress")


@pytest.mark.parametrize("name", ["owen", "dev", "vera", "erin", "adam"])
def test_other_roles_see_and_make_none(packed: Packed, name: str) -> None:
    client, before = signed_in(packed.cast, name), AuditPackage.objects.count()
    for path in ("/packages", "/packages/ask", packed.system.get_absolute_url()):
        assert client.get(path).status_code in {403, 404}, path
    assert client.get(f"{packed.system.get_absolute_url()}/download").status_code in {403, 404}
    asked = client.post(
        "/packages/ask", {"unit": packed.cast.system.unit.pk, "since": "2026-01-01"}
    )
    assert asked.status_code in {403, 404}
    assert AuditPackage.objects.count() == before
    assert "Packages" not in html_of(client, "/evidence")


def test_another_organisation_s_officer_finds_no_package(packed: Packed) -> None:
    client = signed_in(packed.cast, "nina")
    assert client.get(packed.system.get_absolute_url()).status_code in {403, 404}


def test_the_list_asks_as_many_queries_for_many_as_for_few(packed: Packed) -> None:
    client = signed_in(packed.cast, "abel")
    few = queries_of(client, "/packages")
    for _ in range(4):
        actions.request_package(packed.cast.system.unit, None, by=packed.cast.by("abel"))
    assert queries_of(client, "/packages") <= few
