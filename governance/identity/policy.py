"""The policy table: every act, who may do it, and which URL and method asks for which act.

The table is documentation, enforcement and test oracle at once. Deny by default: a URL without a row stops
the start-up (checks.py), a method without a row is 405.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec

from django.apps import apps

from governance.identity.choices import Role

PUBLIC = "public"
SIGNED_IN = "signed-in"

PEOPLE = frozenset(role.value for role in Role if role != Role.CI)
EVERYBODY = PEOPLE | {Role.CI.value}
BUILDERS = frozenset({Role.OWNER.value, Role.DEVELOPER.value})
OFFICER = frozenset({Role.OFFICER.value})
CI = frozenset({Role.CI.value})


@dataclass(frozen=True)
class Action:
    sentence: str
    roles: frozenset[str]


ACTIONS: dict[str, Action] = {
    "read": Action("Reading this", EVERYBODY),
    # identity
    "person.manage": Action("Managing people and roles", frozenset({Role.ADMINISTRATOR.value})),
    "token.create": Action("Creating a CI token", BUILDERS),
    "token.revoke": Action("Revoking a CI token", BUILDERS | OFFICER | {Role.ADMINISTRATOR.value}),
    "comment.write": Action("Writing a comment", PEOPLE),
    # registry
    "system.register": Action("Registering an AI system", BUILDERS | OFFICER),
    "system.edit": Action("Editing this AI system", frozenset({Role.OWNER.value}) | OFFICER),
    "system.confirm_tier": Action("Confirming the risk tier", OFFICER),
    "system.import": Action("Importing AI systems", OFFICER),
    "artefact.upload": Action("Uploading a file", BUILDERS | CI),
    "model.register": Action("Registering a model version", BUILDERS | CI),
    "dataset.register": Action("Registering a dataset", BUILDERS | CI),
    "release.create": Action("Making a release", BUILDERS | CI),
    "deployment.record": Action("Recording a deployment", BUILDERS | CI),
    "lineage.post": Action("Posting lineage events", BUILDERS | CI),
    # evidence and assessment
    "evidence.submit": Action("Submitting evidence", CI),
    "key.register": Action(
        "Registering a pipeline's key", frozenset({Role.ADMINISTRATOR.value, Role.OWNER.value})
    ),
    "key.revoke": Action(
        "Revoking a pipeline's key",
        OFFICER | {Role.ADMINISTRATOR.value, Role.OWNER.value},
    ),
    "document.attach": Action("Attaching a document", OFFICER | {Role.OWNER.value}),
    "requirement.assign": Action("Assigning an owner or a due date", OFFICER),
    "requirement.tailor": Action("Recording not-applicable", OFFICER),
    "statement.make": Action(
        "Recording a management statement",
        OFFICER | {Role.OWNER.value, Role.EXECUTIVE.value},
    ),
    "requirement.speak": Action(
        "Speaking about a requirement",
        OFFICER | {Role.OWNER.value, Role.EXECUTIVE.value, Role.VALIDATOR.value},
    ),
    "conclusion.make": Action("Recording a conclusion", OFFICER | {Role.VALIDATOR.value}),
    "finding.raise": Action("Raising a finding", OFFICER | {Role.VALIDATOR.value}),
    "finding.close": Action("Closing a finding", OFFICER | {Role.VALIDATOR.value}),
    "action.plan": Action("Planning an action", OFFICER | BUILDERS),
    "action.complete": Action("Completing an action", OFFICER | BUILDERS),
    "exception.request": Action("Asking for an exception", OFFICER | BUILDERS),
    "opinion.give": Action("Giving a validation opinion", frozenset({Role.VALIDATOR.value})),
    # approvals and gates
    "approval.decide": Action(
        "Deciding an approval",
        frozenset(
            {Role.OFFICER.value, Role.EXECUTIVE.value, Role.VALIDATOR.value, Role.OWNER.value}
        ),
    ),
    "approval.request": Action("Asking for an approval", BUILDERS | OFFICER | CI),
    "gate.ask": Action("Asking a gate", BUILDERS | OFFICER | CI),
    # evaluation and monitoring
    "plan.write": Action("Writing an evaluation plan", BUILDERS | OFFICER | {Role.VALIDATOR.value}),
    "evaluation.run": Action("Starting an evaluation", BUILDERS | CI | {Role.VALIDATOR.value}),
    "batch.deliver": Action("Delivering a batch", BUILDERS | CI),
    "monitor.manage": Action("Setting up a monitor", BUILDERS | OFFICER),
    "monitor.run": Action("Running a monitor now", BUILDERS | OFFICER | CI),
    "alert.triage": Action("Triaging an alert", BUILDERS | OFFICER),
    # risk and reports
    "risk.write": Action("Writing a risk", BUILDERS | OFFICER),
    "risk.accept": Action("Accepting a risk", OFFICER | {Role.EXECUTIVE.value}),
    "report.schedule": Action("Scheduling a report", OFFICER | {Role.OWNER.value}),
    "report.request": Action(
        "Asking for a report", OFFICER | {Role.OWNER.value, Role.AUDITOR.value}
    ),
    "package.make": Action("Making an audit package", OFFICER | {Role.AUDITOR.value}),
    "log.read": Action(
        "Reading the audit log", frozenset({Role.OFFICER.value, Role.AUDITOR.value})
    ),
    "job.redrive": Action("Running a dead job again", frozenset({Role.ADMINISTRATOR.value})),
    "words.erase": Action("Erasing words beside the log", frozenset({Role.ADMINISTRATOR.value})),
    "settings.manage": Action("Changing settings", frozenset({Role.ADMINISTRATOR.value})),
}

# What an account may do whose password somebody else set: every other act speaks for its person.
READING = frozenset({"read", "log.read"})

TOKEN_VERBS = tuple(sorted(name for name, action in ACTIONS.items() if Role.CI in action.roles))

Routes = dict[tuple[str, str], str]


def roles_for(action: str) -> frozenset[str]:
    return ACTIONS[action].roles


def load_routes() -> Routes:
    """Rows of every installed app's `policy_routes.ROUTES`: (view name, method) to action."""
    routes: Routes = {}
    for config in apps.get_app_configs():
        name = f"{config.name}.policy_routes"
        if find_spec(name) is not None:
            routes.update(import_module(name).ROUTES)
    return routes
