"""Going back to the release that was live before: its own path through the gate, with its own receipt."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.db import transaction

from governance.assessment.results import statements_of_system
from governance.audit.queries import log_size
from governance.gates.actions import LogBehind, current_policy, is_log_behind, receipt
from governance.gates.case import Statements, approvals_of, unadmitted
from governance.gates.models import GateDecision
from governance.gates.verdict import JSON, Reason, roll_back_verdict
from governance.identity.directory import holders
from governance.identity.errors import Conflict
from governance.identity.principal import Principal
from governance.registry.actions import record_deployment
from governance.registry.models import AISystem, Deployment, Release
from governance.registry.passing import PASSED
from governance.work.actions import notify

GIVEN = ("approved", "approved-with-conditions")
SENTENCES = {
    "deployed-before": "It was never live there.",
    "approved": "Nobody approved it for there. Ask for an approval on its page.",
    "approval-unrevoked": "An approval of it was revoked.",
    "artefacts-admitted": "A model file of it was not admitted by inspection.",
}


def roll_back(system: AISystem, environment: str, *, by: Principal) -> Deployment:
    """Put the release that was live before back into service; refused where the policy's conditions fail."""
    by.require("deployment.record", system.unit.path)
    release = release_before(system, environment)
    if is_log_behind(release):
        raise LogBehind("log_behind", "The newest evidence is not in the log yet. Ask again soon.")
    policy, size = current_policy(environment), log_size()
    met = conditions_met(release, environment, size)
    word, reasons = roll_back_verdict(policy.content, met, SENTENCES)
    if word not in PASSED:
        raise refusal(release, environment, reasons)
    with transaction.atomic():
        decision = receipt(release, environment, policy, word, reasons, size, by)
        deployment = record_deployment(release, environment, by=by, is_rollback=True)
        tell(decision, policy.content["rollback"]["tell"])
    return deployment


def release_before(system: AISystem, environment: str) -> Release:
    live = Deployment.objects.live().filter(system=system, environment=environment).first()
    if live is None or live.previous is None:
        raise Conflict("nothing_to_roll_back", f"Nothing was live in {environment} before.")
    return live.previous.release


def refusal(release: Release, environment: str, reasons: Iterable[Reason]) -> Conflict:
    why = " ".join(reason.text for reason in reasons)
    return Conflict(
        "roll_back_refused",
        f"{release} cannot go back into {environment}: {why} Nothing was changed. "
        "The gate is open to it as to every release.",
    )


def conditions_met(release: Release, environment: str, size: int) -> Iterator[str]:
    """Which of the policy's conditions hold, read from the log's first `size` entries."""
    statements = Statements(statements_of_system(release.system, size))
    newest: dict[tuple[str, str], str] = {}
    for approval in approvals_of(release, statements):
        newest[approval["role"], approval["purpose"]] = approval["outcome"]
    if any(was_live(one, release, environment) for one in statements.records("deployment")):
        yield "deployed-before"
    if any(o in GIVEN for (_, purpose), o in newest.items() if purpose == environment):
        yield "approved"
    if "revoked" not in newest.values():
        yield "approval-unrevoked"
    if not unadmitted(release, statements):
        yield "artefacts-admitted"


def was_live(deployment: JSON, release: Release, environment: str) -> bool:
    fields = deployment["fields"]
    said = (fields["release"], fields["environment"])
    return bool(said == (str(release.pk), environment))


def tell(decision: GateDecision, roles: Iterable[str]) -> None:
    """Everybody whom the policy names, once; the roll-back is theirs to review."""
    system = decision.system
    people = [person for role in roles for person in holders(role, system.unit.path)]
    title = f"Rolled back in {decision.environment}: {decision.release}"
    for person in dict.fromkeys([system.owner, *people]):
        notify(person, "rolled_back", title, decision.get_absolute_url())
