"""Words beside the log: erased on a reason, kept by a hold, and no proof the poorer."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import Settings

from governance.audit.models import Checkpoint, EntryText, Leaf, LegalHold
from governance.audit.proofs import check_entry, check_inclusion, log_key, texts_of
from governance.evidence.words import erase_words, holds_in_force, leaves_of
from governance.identity.errors import Forbidden, InvalidInput
from tests.cast import Cast
from tests.pages.browse import html_of, signed_in


@pytest.fixture
def logged(cast: Cast, settings: Settings) -> Cast:
    settings.KEYS_DIR = cast.sequencer.home.folder
    cast.sequence()
    cast.sequencer.sign()
    return cast


def words_of(cast: Cast, name: str) -> int:
    entries = leaves_of(cast.person(name)).values("entry_id")
    return EntryText.objects.filter(entry_id__in=entries).count()


def test_words_of_a_person_are_erased_and_every_proof_stays(logged: Cast) -> None:
    before = words_of(logged, "dana")
    leaf = leaves_of(logged.person("dana")).filter(action="identity.person_created").get()
    client = signed_in(logged, "adam")
    body = {"verb": "erase", "person": str(logged.person("dana").pk), "reason": "Art. 17 request"}
    assert before and client.post("/log/words", body).status_code == 302
    assert words_of(logged, "dana") == 0 and words_of(logged, "owen") > 0
    logged.sequence()
    logged.sequencer.sign()
    key, checkpoint = log_key(logged.sequencer.home.folder), Checkpoint.objects.latest("id")
    for each in leaves_of(logged.person("dana")):
        assert check_entry(each).holds and check_inclusion(each, checkpoint, key).holds
    assert {text.holds for text in texts_of(leaf)} == {None}
    entry = Leaf.objects.get(action="words.erased")
    assert str(leaf.index).encode() in bytes(entry.body)
    assert [text.value for text in texts_of(entry)] == ["Art. 17 request"]
    assert "erased" in html_of(signed_in(logged, "abel"), f"/log/{leaf.index}")
    logged.sequencer.sweep_all()


def test_a_hold_keeps_words_until_it_is_lifted(logged: Cast) -> None:
    client, pk = signed_in(logged, "adam"), str(logged.person("dana").pk)
    client.post("/log/words", {"verb": "hold", "person": pk, "reason": "Dispute 7"})
    hold = holds_in_force().get()
    erase = {"verb": "erase", "person": pk, "reason": "Art. 17 request"}
    before = words_of(logged, "dana")
    answer = client.post("/log/words", erase)
    assert "A legal hold keeps the words" in answer.content.decode()
    leaf = leaves_of(logged.person("dana")).filter(action="identity.person_created").get()
    answer = client.post("/log/words", {"verb": "erase", "entry": leaf.index, "reason": "x"})
    assert "A legal hold keeps the words" in answer.content.decode()
    assert words_of(logged, "dana") == before
    client.post(f"/log/holds/{hold.pk}/lift", {"reason": ""})
    assert holds_in_force().exists()
    client.post(f"/log/holds/{hold.pk}/lift", {"reason": "Settled"})
    assert not holds_in_force().exists() and LegalHold.objects.count() == 2
    assert client.post(f"/log/holds/{hold.pk}/lift", {"reason": "Again"}).status_code == 404
    assert client.post("/log/words", erase).status_code == 302
    logged.sequence()
    actions = set(Leaf.objects.values_list("action", flat=True))
    assert {"hold.placed", "hold.lifted", "words.erased"} <= actions


def test_one_entry_is_erased_alone(logged: Cast) -> None:
    leaf = leaves_of(logged.person("dana")).filter(action="identity.person_created").get()
    before = EntryText.objects.exclude(entry_id=leaf.entry_id).count()
    body = {"verb": "erase", "entry": str(leaf.index), "reason": "A name in the wrong place"}
    answer = signed_in(logged, "adam").post("/log/words", body, follow=True)
    assert "The words of 1 entry are erased." in answer.content.decode()
    assert not EntryText.objects.filter(entry_id=leaf.entry_id).exists()
    # The one more is the reason of the erasure.
    assert EntryText.objects.count() == before + 1


def test_the_page_belongs_to_the_people_and_names_its_verbs(logged: Cast) -> None:
    html = html_of(signed_in(logged, "adam"), "/log/words")
    menu, _, page = html.partition("<main")
    assert re.findall(r'href="([^"]*)"[^>]*aria-current', menu) == ["/people"]
    assert '<a href="/people">People</a>' in page
    assert '<button type="submit" class="button danger">Erase the words</button>' in page
    assert '<button type="submit" class="button primary">Place a legal hold</button>' in page
    ids = re.findall(r' id="([^"]+)"', page)
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ({"verb": "erase", "reason": "x"}, "Name a person or the number of an entry"),
        ({"verb": "erase", "entry": "999999", "reason": "x"}, "has no entry 999999"),
        ({"verb": "erase", "entry": "dana", "reason": ""}, "write a reason"),
        ({"verb": "hold", "entry": "dana", "reason": ""}, "Write a reason"),
        ({"verb": "burn", "entry": "1", "reason": "x"}, "Select a valid choice"),
        ({"verb": "erase", "entry": "-1", "reason": "x"}, "greater than or equal to 0"),
        ({"verb": "erase", "person": "x", "reason": "x"}, "not a valid UUID"),
    ],
)
def test_what_cannot_be_done_says_why(logged: Cast, body: dict[str, str], sentence: str) -> None:
    before = EntryText.objects.count()
    if body.get("entry") == "dana":
        created = leaves_of(logged.person("dana")).filter(action="identity.person_created")
        body = {**body, "entry": str(created.get().index)}
    html = signed_in(logged, "adam").post("/log/words", body).content.decode()
    assert sentence in html
    assert EntryText.objects.count() == before and not LegalHold.objects.exists()


def test_after_the_retention_no_reason_is_needed(logged: Cast, settings: Settings) -> None:
    leaf = leaves_of(logged.person("dana")).filter(action="identity.person_created").get()
    by = logged.by("adam")
    with pytest.raises(InvalidInput):
        erase_words([leaf], logged.organisation, "", by=by)
    leaf.at = timezone.now() - timedelta(days=settings.LOG_RETENTION_DAYS + 1)
    assert erase_words([leaf], logged.organisation, "", by=by) == 1


def test_only_an_administrator_and_only_of_the_own_organisation(logged: Cast) -> None:
    leaf = leaves_of(logged.person("dana")).filter(action="identity.person_created").get()
    assert signed_in(logged, "dana").get("/log/words").status_code == 403
    body = {"verb": "erase", "entry": str(leaf.index), "reason": "x"}
    assert "has no entry" in signed_in(logged, "nina").post("/log/words", body).content.decode()
    with pytest.raises(Forbidden):
        erase_words([leaf], logged.organisation, "x", by=logged.by("nina"))
    nina = logged.by("nina")
    place = logged.accounts["nina"].responsible.unit
    with pytest.raises(InvalidInput):
        erase_words([leaf], place, "x", by=nina)
    assert words_of(logged, "dana")
