from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest
from django.utils import timezone

from governance.evidence.models import Evidence
from governance.identity.errors import Conflict, Forbidden, InvalidInput
from governance.registry import actions as registry
from governance.registry.models import DatasetVersion
from monitoring import actions
from monitoring.actions.batches import Delivery
from monitoring.models import Batch, Monitor
from tests.monitoring.places import parquet
from tests.monitoring.watched import Watched, people, period, text, without


def deliver(watched: Watched, table: dict[str, object], **changes: object) -> Batch:
    values = {"name": "2016 part 1 of 4", "observed": period(1), "is_replay": True, **changes}
    delivery = Delivery(**values)  # type: ignore[arg-type]
    by = watched.cast.by("dev")
    return actions.deliver_batch(watched.deployment, delivery, upload=watched.admit(table), by=by)


def test_a_batch_is_rows_of_production_by_digest_and_a_signed_record(watched: Watched) -> None:
    batch = deliver(watched, people(5), note="A replay.")
    assert (batch.sequence, batch.dataset.role, batch.dataset.rows) == (1, "production", 2000)
    stated = Evidence.objects.of_record(batch.pk).get()
    assert stated.fields["replay"] is True
    assert batch.dataset.sha256 in stated.subjects


def test_the_same_rows_give_the_same_batch_and_write_nothing(watched: Watched) -> None:
    batch = deliver(watched, people(5))
    assert deliver(watched, people(5)) == batch
    assert Evidence.objects.of_record(batch.pk).count() == 1


def test_the_same_rows_under_another_name_are_refused(watched: Watched) -> None:
    deliver(watched, people(5))
    with pytest.raises(Conflict, match="delivered already, as '2016 part 1 of 4'"):
        deliver(watched, people(5), name="2016 part 2 of 4")


def test_rows_that_are_registered_can_be_named_by_their_dataset(watched: Watched) -> None:
    dataset = watched.places.deliver(people(5), role="production")
    delivery = Delivery("2016 part 1 of 4", period(1), is_replay=True)
    by = watched.cast.by("dev")
    batch = actions.deliver_batch(watched.deployment, delivery, dataset=dataset, by=by)
    assert batch.dataset == dataset


@pytest.mark.parametrize(
    ("table", "words"),
    [
        (without(people(5), "SEX"), "lacks: SEX"),
        (without(people(5), "id"), "lacks: id"),
        ({**people(5), "AGEP": np.array(["old"] * 2000)}, "'AGEP' holds string"),
    ],
)
def test_rows_that_do_not_fit_the_model_are_refused(
    watched: Watched, table: dict[str, object], words: str
) -> None:
    with pytest.raises(InvalidInput, match=words):
        deliver(watched, table)
    assert not Batch.objects.exists()


def test_a_reversed_or_unfinished_period_is_refused(watched: Watched) -> None:
    begin, end = period(1)
    with pytest.raises(InvalidInput, match="ends before it begins"):
        deliver(watched, people(5), observed=(end, begin))
    tomorrow = timezone.now() + timedelta(days=1)
    with pytest.raises(InvalidInput, match="not over yet"):
        deliver(watched, people(5), observed=(begin, tomorrow))


def test_rows_whose_file_is_elsewhere_are_refused(watched: Watched) -> None:
    by = watched.cast.by("dev")
    elsewhere = registry.register_dataset(
        watched.cast.system.unit, "far", role="production", sha256="c" * 64, rows=5, by=by
    )
    with pytest.raises(InvalidInput, match="not inspected here"):
        actions.deliver_batch(
            watched.deployment, Delivery("far", period(1), is_replay=True), dataset=elsewhere, by=by
        )


def test_a_csv_is_refused_with_what_to_send_instead(watched: Watched) -> None:
    upload = watched.places.admit("dataset", b"id,AGEP,SEX,DIS,RAC1P\n1,30,1,2,1\n")
    with pytest.raises(InvalidInput, match="as Parquet"):
        actions.deliver_batch(
            watched.deployment,
            Delivery("text", period(1), is_replay=True),
            upload=upload,
            by=watched.cast.by("dev"),
        )


def test_an_upload_or_a_dataset_is_named_and_not_both(watched: Watched) -> None:
    delivery, by = Delivery("rows", period(1), is_replay=True), watched.cast.by("dev")
    upload = watched.places.admit("dataset", parquet(people(5)))
    with pytest.raises(InvalidInput, match="one of the two"):
        actions.deliver_batch(watched.deployment, delivery, by=by)
    with pytest.raises(InvalidInput, match="one of the two"):
        actions.deliver_batch(
            watched.deployment, delivery, upload=upload, dataset=watched.reference, by=by
        )


def test_what_has_ended_takes_no_new_rows(watched: Watched) -> None:
    registry.end_deployment(watched.deployment, by=watched.cast.by("dev"))
    with pytest.raises(Conflict, match="has ended"):
        deliver(watched, people(5))


def test_a_validator_delivers_nothing(watched: Watched) -> None:
    with pytest.raises(Forbidden):
        actions.deliver_batch(
            watched.deployment,
            Delivery("rows", period(1), is_replay=True),
            by=watched.cast.by("vera"),
        )
    assert not DatasetVersion.objects.filter(role="production").exists()


@pytest.mark.parametrize(
    ("terms", "words"),
    [
        ({"intervalSeconds": 0}, "whole seconds"),
        ({"intervalSeconds": 32 * 86_400}, "whole seconds"),
        ({"triageSeconds": True}, "whole seconds"),
        ({"rule": {"alpha": "1"}}, "alpha is a decimal"),
        ({"rule": {"beta": "1"}}, "no part of the rule"),
        ({"columns": [{"name": "SEX", "kind": "colour"}]}, "numeric, categorical"),
        ({"columns": [{"name": "HEIGHT", "kind": "numeric"}]}, "no column 'HEIGHT'"),
        ({"columns": [{"name": "SEX", "kind": "categorical"}] * 2}, "each column once"),
    ],
)
def test_terms_that_cannot_be_kept_are_refused(
    watched: Watched, terms: dict[str, object], words: str
) -> None:
    with pytest.raises(InvalidInput, match=words):
        actions.revise_monitor(watched.monitor, text(watched, **terms), by=watched.cast.by("owen"))


def test_a_deployment_has_one_monitor_that_stands(watched: Watched) -> None:
    by = watched.cast.by("owen")
    with pytest.raises(Conflict, match="has a monitor already"):
        actions.set_up_monitor(watched.deployment, text(watched), by=by)
    actions.change_monitor(watched.monitor, "ended", "Another rule", by=by)
    assert actions.set_up_monitor(watched.deployment, text(watched), by=by).state == "active"
    with pytest.raises(Conflict, match="has ended"):
        actions.change_monitor(watched.monitor, "active", "Back", by=by)


def test_each_change_of_a_monitor_is_a_signed_revision(watched: Watched) -> None:
    by = watched.cast.by("owen")
    actions.revise_monitor(watched.monitor, text(watched, rule={"psiFloor": "0.2"}), by=by)
    actions.change_monitor(watched.monitor, "paused", "Holidays", by=by)
    stated = list(Evidence.objects.of_record(watched.monitor.pk))
    assert [one.state for one in stated] == ["paused", "active", "active"]
    assert [one.fields["rule"]["psiFloor"] for one in stated] == ["0.2", "0.2", "0.1"]
    assert stated[0].fields["intervalSeconds"] == 86_400


def test_a_replaced_release_gets_a_monitor_of_its_own(watched: Watched) -> None:
    places = watched.places
    second = places.make_release(places.release.model_versions.get(), cutOff="0.6")
    places.release = second
    again = make_watched_again(watched)
    watched.sweep()
    states = {one.pk: one.state for one in Monitor.objects.all()}
    assert states == {watched.monitor.pk: "ended", again.monitor.pk: "active"}


def make_watched_again(watched: Watched) -> Watched:
    """The new release live in the place of the old one, with the same reference."""
    again = Watched(watched.places)
    again.reference = watched.reference
    again.deployment = registry.record_deployment(
        watched.places.release, "production", by=watched.cast.by("dev")
    )
    again.monitor = actions.set_up_monitor(
        again.deployment, text(again), by=watched.cast.by("owen")
    )
    return again


def test_rows_from_before_the_deployment_are_a_replay_or_refused(watched: Watched) -> None:
    with pytest.raises(InvalidInput, match="Deliver rows of before as a replay"):
        deliver(watched, people(5), is_replay=False)
    assert not Batch.objects.exists()
    now = timezone.now()
    assert deliver(watched, people(5), is_replay=False, observed=(now, now)).sequence == 1


@pytest.mark.parametrize(
    "rule",
    [
        {"alpha": "0.00000001"},
        {"psiFloor": "0.3"},
        {"effectFloor": "0.9"},
        {"minimumRows": "100000"},
    ],
)
def test_a_rule_that_could_not_see_what_matters_is_refused(
    watched: Watched, rule: dict[str, str]
) -> None:
    (name,) = rule
    with pytest.raises(InvalidInput, match=f"{name} is a decimal"):
        actions.revise_monitor(
            watched.monitor, text(watched, rule=rule), by=watched.cast.by("owen")
        )


def test_a_longer_interval_does_not_put_off_the_slot_that_is_due(watched: Watched) -> None:
    due = watched.monitor.schedule.next_at
    month = text(watched, intervalSeconds=30 * 86_400)
    actions.revise_monitor(watched.monitor, month, by=watched.cast.by("owen"))
    watched.monitor.schedule.refresh_from_db()
    assert watched.monitor.schedule.next_at == due


def test_rows_that_were_only_named_are_completed_by_their_file(watched: Watched) -> None:
    upload = watched.admit(people(5))
    named = registry.register_dataset(
        watched.cast.system.unit,
        "named first",
        role="production",
        sha256=upload.artefact_id,
        rows=7,
        by=watched.cast.by("dev"),
    )
    batch = deliver(watched, people(5))
    assert (batch.dataset, batch.dataset.rows) == (named, 2000)
    assert batch.dataset.artefact_id == upload.artefact_id
