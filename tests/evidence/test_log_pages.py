from __future__ import annotations

import re
from collections.abc import Callable

import psycopg
import pytest
from django.db import transaction
from pytest_django import Settings

from governance.audit import merkle, note
from governance.audit.actions import record
from governance.audit.models import Checkpoint, Leaf
from governance.audit.proofs import (
    check_checkpoint,
    check_entry,
    check_inclusion,
    log_key,
    newest_checkpoint,
    texts_of,
)
from governance.evidence.models import Evidence
from governance.identity import actions
from governance.identity.principal import principal_of_token
from tests.cast import PASSWORD, Cast
from tests.pages.browse import asks_to_sign_in, html_of, queries_of, signed_in


@pytest.fixture
def signed_log(cast: Cast, settings: Settings) -> Cast:
    """A sequenced log with a checkpoint, and its public key where the pages look for it."""
    settings.KEYS_DIR = cast.sequencer.home.folder
    cast.sequence()
    cast.sequencer.sign()
    return cast


def entry_of(action: str) -> Leaf:
    return Leaf.objects.filter(action=action).order_by("index").first() or pytest.fail(action)


def test_officer_and_auditor_read_the_log(signed_log: Cast) -> None:
    for name in ("dana", "abel"):
        html = html_of(signed_in(signed_log, name), "/log")
        assert "role granted" in html and "adam (test)" in html


@pytest.mark.parametrize(
    "path",
    ["/log", "/log/checkpoints", "/log/checkpoint", "/log/0", "/log/0/proof", "/log/0/entry"],
)
def test_a_developer_is_told_which_role_reads_the_log(signed_log: Cast, path: str) -> None:
    answer = signed_in(signed_log, "dev").get(path)
    assert answer.status_code == 403
    assert "Compliance officer or Auditor" in answer.content.decode()


@pytest.mark.parametrize("path", ["/log", "/log/checkpoints", "/log/0"])
def test_a_stranger_is_asked_to_sign_in(signed_log: Cast, path: str) -> None:
    assert asks_to_sign_in(path)


def test_entries_of_another_organisation_do_not_exist(signed_log: Cast) -> None:
    nina, by = signed_log.accounts["nina"], signed_log.by("nina")
    auditor = actions.create_person(
        nina.responsible.unit, "ann (test)", "ann@elsewhere.test", PASSWORD, by=by
    )
    actions.grant_role(auditor.responsible, "auditor", nina.responsible.unit, by=by)
    signed_log.accounts["ann"] = auditor
    client = signed_in(signed_log, "ann")
    assert "dana (test)" not in html_of(client, "/log")
    assert client.get(f"/log/{entry_of('identity.person_created').index}").status_code == 404


def test_log_is_searched_by_action_object_person_and_day(signed_log: Cast) -> None:
    client = signed_in(signed_log, "abel")
    person = signed_log.person("dana").pk
    assert (
        "tier" not in html_of(client, "/log?action=role_granted&object=person").split("<tbody")[1]
    )
    assert "No entry matches" in html_of(client, "/log?until=2020-01-01")
    assert "No entry matches" in html_of(client, f"/log?person={person}&action=role_granted")
    assert "No entry matches" not in html_of(client, f"/log?object={signed_log.person('owen').pk}")


def test_log_is_searched_by_the_words_it_shows_by_short_ids_and_by_number(
    signed_log: Cast,
) -> None:
    client = signed_in(signed_log, "dana")
    stated = Evidence.objects.records("system").latest("number")
    html = html_of(client, "/log?action=record+recorded")
    assert "recorded" in html and "role granted" not in html
    found = html_of(client, f"/log?object=EV-{str(stated.id)[-8:]}")
    assert f'href="/log/{entry_index(stated)}"' in found and "role granted" not in found
    assert 'href="/log/7"' in html_of(client, "/log?object=7")


def entry_index(stated: Evidence) -> int:
    return Leaf.objects.get(entry_id=stated.entry_id).index


def test_a_date_that_is_none_is_named_beside_its_field(signed_log: Cast) -> None:
    assert "Enter a valid date" in html_of(signed_in(signed_log, "abel"), "/log?since=yesterday")


def test_pages_of_the_log_lead_to_all_entries(signed_log: Cast) -> None:
    for number in range(60):
        actions.create_unit(signed_log.organisation, f"U{number}", by=signed_log.by("adam"))
    signed_log.sequence()
    client = signed_in(signed_log, "abel")
    first = html_of(client, "/log")
    older = re.search(r'rel="next" href="([^"]+)"', first)
    assert older
    second = html_of(client, f"/log{older.group(1)}")
    back = re.search(r'rel="prev" href="([^"]+)"', second)
    assert back
    assert html_of(client, f"/log{back.group(1)}").split("<tbody")[1] == first.split("<tbody")[1]


def test_a_refused_act_is_named_by_what_was_tried(signed_log: Cast) -> None:
    signed_in(signed_log, "abel").post("/systems/register")
    signed_log.sequence()
    html = html_of(signed_in(signed_log, "dana"), "/log")
    assert "Registering an AI system: refused" in html
    entry = html_of(signed_in(signed_log, "dana"), f"/log/{entry_of('act.refused').index}")
    assert "Registering an AI system: refused" in entry and "not_allowed" in entry


def test_log_page_asks_as_many_queries_for_many_as_for_few(signed_log: Cast) -> None:
    client = signed_in(signed_log, "abel")
    actions.create_unit(signed_log.organisation, "First", by=signed_log.by("adam"))
    signed_log.sequence()
    before = queries_of(client, "/log?action=unit")
    for number in range(10):
        actions.create_unit(signed_log.organisation, f"U{number}", by=signed_log.by("adam"))
    signed_log.sequence()
    assert queries_of(client, "/log?action=unit") == before


def test_an_entry_is_taken_byte_for_byte_as_it_was_hashed(signed_log: Cast) -> None:
    leaf, client = entry_of("identity.role_granted"), signed_in(signed_log, "abel")
    html = html_of(client, f"/log/{leaf.index}")
    assert "The entry, laid out to be read" in html and f'"/log/{leaf.index}/entry"' in html
    taken = client.get(f"/log/{leaf.index}/entry")
    assert taken["Content-Disposition"] == f'attachment; filename="entry-{leaf.index}.json"'
    assert merkle.leaf_hash(taken.content) == bytes(leaf.leaf_hash)


def test_the_newest_checkpoint_is_taken_as_it_was_signed(signed_log: Cast) -> None:
    client, key = signed_in(signed_log, "abel"), log_key(signed_log.sequencer.home.folder)
    assert '"/log/checkpoint"' in html_of(client, "/log/checkpoints")
    taken, newest = client.get("/log/checkpoint"), newest_checkpoint()
    assert key is not None and newest is not None
    assert taken["Content-Disposition"] == f'attachment; filename="checkpoint-{newest.size}.txt"'
    signed = note.verify_checkpoint(taken.content.decode(), [key.verifier], key.origin)
    assert signed.size == newest.size


def test_before_the_first_checkpoint_there_is_none_to_take(cast: Cast) -> None:
    assert signed_in(cast, "abel").get("/log/checkpoint").status_code == 404


def test_entry_page_shows_words_and_checks_them(signed_log: Cast) -> None:
    leaf = entry_of("identity.person_created")
    html = html_of(signed_in(signed_log, "abel"), f"/log/{leaf.index}")
    assert "fits its digest" in html and "dana@service.test" in html
    assert "does not hold" not in html
    assert "is included in the log of size" in html


def test_proof_is_a_file_that_verifies(signed_log: Cast) -> None:
    leaf = entry_of("identity.role_granted")
    answer = signed_in(signed_log, "abel").get(f"/log/{leaf.index}/proof")
    assert answer["Content-Disposition"] == f'attachment; filename="entry-{leaf.index}.tlog-proof"'
    key = log_key(signed_log.sequencer.home.folder)
    assert key
    found = merkle.leaf_hash(bytes(leaf.body))
    index, head = note.verify_tlog_proof(answer.content.decode(), found, [key.verifier], key.origin)
    assert index == leaf.index and head.size > index


def test_an_entry_after_the_checkpoint_has_no_proof_yet(signed_log: Cast) -> None:
    actions.create_unit(signed_log.organisation, "Late", by=signed_log.by("adam"))
    signed_log.sequence()
    last = Leaf.objects.latest("index").index
    client = signed_in(signed_log, "abel")
    assert "covers this entry yet" in html_of(client, f"/log/{last}")
    assert client.get(f"/log/{last}/proof").status_code == 409


def test_an_unknown_entry_is_not_found(signed_log: Cast) -> None:
    assert signed_in(signed_log, "abel").get("/log/999999").status_code == 404
    assert signed_in(signed_log, "abel").get(f"/log/{10**30}").status_code == 404


def test_checkpoints_are_verified_as_the_page_is_made(signed_log: Cast) -> None:
    html = html_of(signed_in(signed_log, "abel"), "/log/checkpoints")
    assert "holds" in html and signed_log.sequencer.home.origin in html


def test_a_log_without_a_checkpoint_says_so(cast: Cast) -> None:
    assert "No checkpoint was signed yet" in html_of(signed_in(cast, "abel"), "/log/checkpoints")


def test_changed_bytes_are_seen(signed_log: Cast) -> None:
    leaf, key = entry_of("identity.role_granted"), log_key(signed_log.sequencer.home.folder)
    checkpoint = newest_checkpoint()
    assert checkpoint and key
    leaf.body = bytes(leaf.body).replace(b"role_granted", b"role_refused")
    assert not check_entry(leaf).holds
    assert not check_inclusion(leaf, checkpoint, key).holds


def test_a_forged_checkpoint_is_seen(signed_log: Cast) -> None:
    key = log_key(signed_log.sequencer.home.folder)
    checkpoint = newest_checkpoint()
    assert checkpoint and key and check_checkpoint(checkpoint, key).holds
    size = f"\n{checkpoint.size}\n"
    forged = Checkpoint(size=1, root=checkpoint.root, note=checkpoint.note.replace(size, "\n1\n"))
    assert not check_checkpoint(forged, key).holds


def test_changed_and_erased_words_are_told_apart(
    signed_log: Cast, connect_as: Callable[[str], psycopg.Connection]
) -> None:
    leaf = entry_of("identity.person_created")
    with connect_as("owner") as owner:
        owner.execute("ALTER TABLE audit_entry_text DISABLE TRIGGER USER")
        where = "WHERE entry_id = %s AND field = %s"
        owner.execute(f"DELETE FROM audit_entry_text {where}", (leaf.entry_id, "email"))
        owner.execute(f"UPDATE audit_entry_text SET value = 'x' {where}", (leaf.entry_id, "login"))
    found = {text.field: text.holds for text in texts_of(leaf)}
    assert found == {"name": True, "email": None, "login": False}
    html = html_of(signed_in(signed_log, "abel"), f"/log/{leaf.index}")
    assert "erased" in html and "was changed" in html


def test_an_entry_names_what_it_is_about_and_leads_to_it(signed_log: Cast) -> None:
    html = html_of(signed_in(signed_log, "abel"), "/log?action=evidence.recorded")
    assert "System: Job-support places (test)</a>" in html
    html = html_of(signed_in(signed_log, "abel"), "/log?action=role_granted")
    assert "dana (test)" in html.split("<tbody")[1]


def test_the_acts_of_a_token_are_not_read_as_its_sponsors(signed_log: Cast) -> None:
    unit, by = signed_log.system.unit, signed_log.by("owen")
    token, _ = actions.create_token(unit, "Nightly build", ["evidence.submit"], 30, by=by)
    with transaction.atomic():
        record(
            "test.ci_acted",
            by=principal_of_token(token),
            object_type="token",
            object_id=token.pk,
            unit_path=unit.path,
        )
    signed_log.sequence()
    client = signed_in(signed_log, "abel")
    assert "CI Nightly build (for owen (test))" in html_of(client, "/log?action=ci_acted")
    newest = Leaf.objects.get(action="test.ci_acted")
    assert "CI Nightly build (for owen (test))" in html_of(client, f"/log/{newest.index}")
