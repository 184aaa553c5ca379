"""The tests' cast: invented people of an invented organisation, one per role, and one of another organisation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings

from governance.assessment.results import recompute_system, recompute_unit
from governance.audit.logkey import SignerHome
from governance.audit.sequencer import Sequencer
from governance.gates.loading import load_all
from governance.identity import actions as identity
from governance.identity.choices import Role
from governance.identity.models import Account, Person, Unit
from governance.identity.passwords import change_password
from governance.identity.principal import Principal, principal_of
from governance.registry import actions as registry
from governance.registry.models import AISystem, Release
from governance.work.actions import ring
from governance.work.models import Job
from tests.environment.snapshots import Snapshot, put_back, take_snapshot

# By the folder of the keys that signed: what one folder's key signed is no other's.
_snapshots: dict[str, Snapshot] = {}

PASSWORD = "correct horse battery"

PROFILE = {
    "purpose": "Decides who is offered a place in a job-support service (test)",
    "intendedUse": "Offer of a place to people aged 16 to 64 predicted not employed",
    "misuse": "Cutting benefits; ranking people for employers",
    "affectedPeople": "People aged 16 to 64",
    "users": "Case workers",
    "context": "A public employment service",
    "legalBasis": "EU AI Act Annex III 5(a)",
    "benefits": "Places reach people sooner",
    "costsOfErrors": "A person in need is not offered a place",
    "scopeOfApplication": "One region",
    "outOfScope": "Benefit decisions",
    "oversight": "A case worker may override each decision",
    "operatorProficiency": "Two days of training",
    "feedbackChannel": "Letter with the right to appeal",
}


SIGNATURE = {
    "task": "binary",
    "columns": [{"name": "AGEP", "dtype": "float", "tensor": "AGEP"}],
    "score": {"output": "probabilities", "index": 1},
    "positive": "1",
    "label": "employed",
    "protected": ["AGEP"],
}


@dataclass
class Cast:
    organisation: Unit
    accounts: dict[str, Account]
    sequencer: Sequencer
    system: AISystem = field(init=False)

    def person(self, name: str) -> Person:
        return self.accounts[name].responsible

    def by(self, name: str) -> Principal:
        return principal_of(self.accounts[name])

    def remember(self, database: str) -> None:
        """Keep the rows of the present database, for `same_cast`."""
        held = (self.organisation, self.accounts, self.system)
        _snapshots[str(settings.KEYS_DIR)] = take_snapshot(database, held)

    def sequence(self) -> int:
        """Put every committed entry into the log, as the sequencer process does."""
        return self.sequencer.append_all()

    def judge(self) -> None:
        """Sequence, then compute the organisation's and the system's results."""
        self.sequence()
        recompute_unit(self.organisation)
        recompute_system(self.system)


ROLES = {
    "dana": Role.OFFICER,
    "vera": Role.VALIDATOR,
    "erin": Role.EXECUTIVE,
    "abel": Role.AUDITOR,
    "dev": Role.DEVELOPER,
    "owen": Role.OWNER,
}


FIRST_PASSWORD = "set by the administrator"


def make_person(unit: Unit, name: str, email: str, *, by: Principal) -> Account:
    """Somebody whom the administrator added and who has set a password of their own."""
    account = identity.create_person(unit, name, email, FIRST_PASSWORD, by=by)
    change_password(account, FIRST_PASSWORD, PASSWORD, by=principal_of(account))
    return account


def found_organisation(name: str, admin: str) -> Account:
    return identity.create_organisation(name, f"{admin} (test)", f"{admin}@{name}.test", PASSWORD)


def make_cast(connect_as: Callable[[str], psycopg.Connection[Any]], keys: Path) -> Cast:
    return make_cast_with(Sequencer(connect_as("sequencer"), SignerHome(keys)))


def make_cast_with(sequencer: Sequencer) -> Cast:
    load_all()
    admin = found_organisation("service", "adam")
    organisation = admin.responsible.unit
    by = principal_of(admin)
    accounts = {"adam": admin}
    for name, role in ROLES.items():
        account = make_person(organisation, f"{name} (test)", f"{name}@service.test", by=by)
        identity.grant_role(account.responsible, role, organisation, by=by)
        accounts[name] = account
    accounts["nina"] = found_organisation("elsewhere", "nina")
    return Cast(organisation, accounts, sequencer)


def same_cast(
    database: str, connect_as: Callable[[str], psycopg.Connection[Any]], keys: Path
) -> Cast | None:
    """The cast as it was first made in this process, put into an empty database; its jobs ring as they did."""
    snapshot = _snapshots.get(str(settings.KEYS_DIR))
    if snapshot is None:
        return None
    put_back(database, snapshot)
    organisation, accounts, system = snapshot.objects()
    cast = Cast(organisation, accounts, Sequencer(connect_as("sequencer"), SignerHome(keys)))
    cast.system = system
    for job in Job.objects.order_by("run_after"):
        ring(job.pk, job.queue)
    return cast


def register_places(cast: Cast, name: str = "Job-support places (test)") -> AISystem:
    """The story's system: registered by its owner, tier confirmed by the officer, people named."""
    system = registry.register_system(
        cast.organisation,
        name,
        role="both",
        tier="high",
        tier_reason="Annex III 5(a)",
        profile=PROFILE,
        owner=cast.person("owen"),
        by=cast.by("owen"),
    )
    registry.confirm_tier(system, "high", "Annex III 5(a); no exemption.", by=cast.by("dana"))
    registry.assign_people(
        system, validator=cast.person("vera"), executive=cast.person("erin"), by=cast.by("dana")
    )
    return AISystem.objects.with_people().get(pk=system.pk)


def make_release(cast: Cast, by: str = "owen") -> Release:
    """A release of the system with one model version, whose file was admitted."""
    upload = registry.receive_upload(
        cast.system.unit, "model", "model.onnx", [b"not run in these tests"], by=cast.by(by)
    )
    inspection = {
        "checks": ["test"],
        "reasons": [],
        "inputs": [{"name": "AGEP", "dtype": "float", "shape": ["rows", 1]}],
        "outputs": [{"name": "probabilities", "dtype": "float", "shape": ["rows", 2]}],
        "rowsIndependent": True,
    }
    registry.finish_inspection(upload, True, inspection, by=cast.by(by))
    upload.refresh_from_db()
    version = registry.register_model_version(
        cast.system.unit,
        "places",
        upload=upload,
        method="GradientBoostingClassifier",
        signature=SIGNATURE,
        training_data=["a" * 64],
        commit="b" * 40,
        parameters={"n_estimators": "100"},
        by=cast.by(by),
    )
    parts = {"decision": {"cutOff": "0.5"}, "limitations": "One region only."}
    return registry.create_release(cast.system, [version], parts, by=cast.by(by))
