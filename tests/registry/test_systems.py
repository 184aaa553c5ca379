from __future__ import annotations

import json
from typing import Any

import pytest

from governance.audit.models import OutboxEntry
from governance.evidence.models import Evidence
from governance.identity import actions as identity
from governance.identity.errors import Conflict, Forbidden, InvalidInput
from governance.identity.models import Person, RoleGrant
from governance.registry import actions
from governance.registry.models import AISystem, Release
from tests.cast import PASSWORD, PROFILE, Cast, make_release
from tests.pages.browse import signed_in


def register(cast: Cast, by: str = "owen", **changes: object) -> AISystem:
    values = {
        "role": "deployer",
        "tier": "limited",
        "tier_reason": "Sorts only",
        "profile": PROFILE,
        "owner": cast.person("owen"),
        **changes,
    }
    return actions.register_system(cast.organisation, "Another", by=cast.by(by), **values)  # type: ignore[arg-type]


def test_registering_states_the_system_and_enters_the_log(cast: Cast) -> None:
    before = OutboxEntry.objects.count()
    system = register(cast)
    stated = Evidence.objects.of_record(system.pk).get()
    assert stated.fields["tierState"] == "proposed"
    assert OutboxEntry.objects.count() == before + 1


@pytest.mark.parametrize("missing", ["purpose", "intendedUse", "affectedPeople"])
def test_a_system_nobody_could_judge_is_refused(cast: Cast, missing: str) -> None:
    with pytest.raises(InvalidInput, match="Fill in"):
        register(cast, profile={**PROFILE, missing: " "})
    assert AISystem.objects.count() == 1


def test_two_systems_of_one_name_in_a_unit_are_refused(cast: Cast) -> None:
    register(cast)
    with pytest.raises(Conflict, match="already has"):
        register(cast)


def test_an_auditor_registers_nothing(cast: Cast) -> None:
    with pytest.raises(Forbidden, match="needs the role Owner or Developer or Compliance officer"):
        register(cast, by="abel")


def test_the_owner_does_not_confirm_the_tier(cast: Cast) -> None:
    with pytest.raises(Forbidden, match="Compliance officer"):
        actions.confirm_tier(cast.system, "limited", "because", by=cast.by("owen"))


def test_owner_validator_and_executive_are_three_persons(cast: Cast) -> None:
    with pytest.raises(Conflict, match="different persons"):
        actions.assign_people(
            cast.system, validator=cast.person("owen"), executive=None, by=cast.by("dana")
        )


def entries(action: str) -> list[dict[str, Any]]:
    bodies = [json.loads(bytes(entry.body)) for entry in OutboxEntry.objects.order_by("id")]
    return [body for body in bodies if body["action"] == action]


def newcomer(cast: Cast, name: str) -> Person:
    return identity.create_person(
        cast.organisation, name, f"{name}@service.test", PASSWORD, by=cast.by("adam")
    ).responsible


def test_an_officer_names_nobody_but_others(cast: Cast) -> None:
    dana = cast.person("dana")
    answer = signed_in(cast, "dana").post(
        f"/systems/{cast.system.pk}/people", {"validator": "", "executive": str(dana.pk)}
    )
    assert "Nobody names themselves: ask another officer or the administrator." in (
        answer.content.decode()
    )
    assert AISystem.objects.get(pk=cast.system.pk).executive == cast.person("erin")
    assert not RoleGrant.objects.filter(person=dana, role="executive").exists()


def test_who_is_named_gets_the_role_with_an_entry_and_loses_it_when_replaced(cast: Cast) -> None:
    first, second = newcomer(cast, "fay"), newcomer(cast, "gus")
    by, path = cast.by("dana"), cast.system.unit.path
    actions.assign_people(cast.system, validator=None, executive=first, by=by)
    assert entries("identity.role_granted")[-1]["object"]["id"] == str(first.pk)
    actions.assign_people(cast.system, validator=None, executive=second, by=by)
    assert entries("identity.role_ended")[-1]["object"]["id"] == str(first.pk)
    assert entries("identity.role_granted")[-1]["object"]["id"] == str(second.pk)
    live = RoleGrant.objects.live().filter(role="executive", unit__path=path)
    assert [grant.person for grant in live] == [second]


def test_a_role_that_was_granted_apart_outlives_the_naming(cast: Cast) -> None:
    by = cast.by("dana")
    actions.assign_people(cast.system, validator=None, executive=newcomer(cast, "fay"), by=by)
    assert RoleGrant.objects.live().filter(person=cast.person("erin"), role="executive").exists()


def test_naming_one_keeps_the_other_a_different_person(cast: Cast) -> None:
    with pytest.raises(Conflict, match="different persons"):
        actions.assign_people(
            cast.system, validator=cast.person("erin"), executive=None, by=cast.by("dana")
        )


def test_a_developer_who_registers_a_system_becomes_its_owner_with_an_entry(cast: Cast) -> None:
    system = register(cast, by="dev", owner=cast.person("dev"))
    entry = entries("identity.role_granted")[-1]
    assert entry["object"]["id"] == str(cast.person("dev").pk)
    assert RoleGrant.objects.live().get(unit=system.unit).role == "owner"


def test_a_change_of_purpose_makes_the_tier_a_proposal_again(cast: Cast) -> None:
    system = actions.edit_system(
        cast.system, profile={"purpose": "Something else"}, by=cast.by("owen")
    )
    assert system.tier_state == "proposed"
    assert Evidence.objects.of_record(system.pk)[0].fields["tierConfirmedBy"] is None


def test_a_release_has_the_digest_of_its_manifest(cast: Cast) -> None:
    release = make_release(cast)
    with pytest.raises(Conflict, match="exactly this manifest"):
        actions.create_release(
            cast.system,
            list(release.model_versions.all()),
            {"decision": {"cutOff": "0.5"}, "limitations": "One region only."},
            by=cast.by("owen"),
        )


def test_numbers_in_a_manifest_are_written_as_text(cast: Cast) -> None:
    release = make_release(cast)
    with pytest.raises(InvalidInput, match="write numbers as strings"):
        actions.create_release(
            cast.system,
            list(release.model_versions.all()),
            {"decision": {"cutOff": 0.5}},
            by=cast.by("owen"),
        )
    assert Release.objects.count() == 1


def test_a_release_is_live_once(cast: Cast) -> None:
    release = make_release(cast)
    actions.record_deployment(release, "production", by=cast.by("owen"))
    with pytest.raises(Conflict, match="live in production already"):
        actions.record_deployment(release, "production", by=cast.by("owen"))


def test_somebody_of_another_organisation_sees_nothing(cast: Cast) -> None:
    nina = cast.by("nina")
    assert not AISystem.objects.visible_to(nina).exists()
    assert not Evidence.objects.visible_to(nina).exists()
