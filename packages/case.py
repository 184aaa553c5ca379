"""What one package is made from: its scope, its instant of the log, and the statements of its scope."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from django.db.models import Q

from governance.assessment.naming import WITH_ID
from governance.audit.models import Leaf, LeafQuerySet
from governance.evidence.models import Evidence
from governance.evidence.querysets import EvidenceQuerySet
from governance.identity.models import Person, Unit
from reports.content.book import Book
from reports.content.snapshot import Snapshot

# Entries about keys, about the log itself and about what was loaded to be asked are everybody's.
OPEN_OBJECTS = ("key", "log", "catalog", "baseline", "gate policy")


@dataclass
class Names:
    """People by id; whoever is named in a table is remembered, so that the package lists nobody else."""

    known: dict[str, str]
    named: set[str] = field(default_factory=set)

    def of(self, value: object) -> object:
        """The value, with the name before it where it is a person's id."""
        name = self.known.get(value) if isinstance(value, str) else None
        if name is None:
            return value
        self.named.add(str(value))
        return f"{name} ({value})"

    def rows(self) -> list[tuple[str, str]]:
        """Whoever was named, by name."""
        found = [(person, self.known[person]) for person in self.named]
        return sorted(found, key=lambda one: (one[1], one[0]))

    def in_text(self, text: str) -> str:
        """A sentence of the rules, which know people by id, with their names."""
        return WITH_ID.sub(lambda found: str(self.of(found[1])), text)


@dataclass(frozen=True)
class Case:
    unit: Unit
    snapshot: Snapshot
    names: Names

    @property
    def size(self) -> int:
        return self.snapshot.size

    @property
    def until(self) -> datetime:
        return self.snapshot.at

    @property
    def since(self) -> datetime:
        assert self.snapshot.since is not None  # a package always has a period
        return self.snapshot.since

    @property
    def above(self) -> list[str]:
        """Paths of the organisation and the units above the scope."""
        ids = self.unit.path_ids
        return ["/" + "/".join(ids[:n]) + "/" for n in range(1, len(ids))]

    def within(self, field_name: str) -> Q:
        """Rows of the scope, and of what stands above it and speaks for it."""
        below = Q(**{f"{field_name}__startswith": self.unit.path})
        return below | Q(**{f"{field_name}__in": self.above})

    @property
    def leaves(self) -> LeafQuerySet:
        rows = Leaf.objects.filter(index__lt=self.size).order_by("index")
        return rows.filter(self.within("unit_path") | Q(object_type__in=OPEN_OBJECTS))

    @property
    def evidence(self) -> EvidenceQuerySet:
        return self.said.in_log_up_to(self.size)

    @property
    def said(self) -> EvidenceQuerySet:
        return Evidence.objects.filter(self.within("unit__path"))

    @cached_property
    def book(self) -> Book:
        return Book(self.said.indexed(self.size))


def case_of(unit: Unit, snapshot: Snapshot) -> Case:
    organisation = unit.path_ids[0]
    people = Person.objects.filter(unit__path__startswith=f"/{organisation}/")
    return Case(unit, snapshot, Names({str(one.pk): one.name for one in people}))
