"""Documents on the system's overview: its own, and the way to those of the organisation."""

from __future__ import annotations

from typing import Any

from governance.assessment.models import Document
from governance.assessment.tables import validity_of
from governance.identity.principal import Principal
from governance.registry.models import AISystem
from governance.registry.pages import system_card

SHOWN = 5


@system_card("documents", 60, "assessment/card_documents.html", column="side")
def documents_card(system: AISystem, principal: Principal) -> dict[str, Any]:
    rows = Document.objects.filter(unit=system.unit).order_by("-id")[:SHOWN]
    return {
        "system": system,
        "documents": [(document, *validity_of(document)) for document in rows],
        "may_attach": principal.may("document.attach", system.unit.path),
    }
