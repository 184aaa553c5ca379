from __future__ import annotations

from governance.assessment.models import Result
from governance.evidence.models import Evidence
from governance.gates.actions import ask_gate
from governance.gates.inventory import inventory_id, name_keeper, reconcile
from governance.registry.actions import record_deployment
from governance.work import runner
from governance.work.models import Job
from tests.cast import Cast, make_release


def test_what_never_passed_the_gate_is_unlisted(cast: Cast) -> None:
    release = make_release(cast)
    record_deployment(release, "production", by=cast.by("owen"))
    assert reconcile(cast.organisation)["unmatched"] == "1"


def test_a_denied_release_does_not_match_either(cast: Cast) -> None:
    release = make_release(cast)
    cast.sequence()
    assert ask_gate(release, "production", by=cast.by("owen")).verdict == "deny"
    record_deployment(release, "production", by=cast.by("owen"))
    assert reconcile(cast.organisation)["reconciled"] is False


def test_the_inventory_holds_once_it_is_kept_and_nothing_unlisted_runs(cast: Cast) -> None:
    name_keeper(cast.organisation, cast.person("dana"), by=cast.by("adam"))
    cast.judge()
    assert Result.objects.get(requirement="GOVERN 1.6").determination == "satisfied"


def test_a_deployment_makes_the_platform_reconcile_by_itself(cast: Cast) -> None:
    name_keeper(cast.organisation, cast.person("dana"), by=cast.by("adam"))
    record_deployment(make_release(cast), "production", by=cast.by("owen"))
    job = Job.objects.get(kind="gates.reconcile")
    assert runner.run(job.pk) == "done"
    newest = Evidence.objects.of_record(inventory_id(cast.organisation))[0]
    assert newest.fields["unmatched"] == "1"
    assert newest.fields["owner"] == str(cast.person("dana").pk)
    cast.judge()
    assert Result.objects.get(requirement="GOVERN 1.6").determination == "not-satisfied"
