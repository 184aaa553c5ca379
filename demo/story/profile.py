"""What the owner says of the system: the illustrative service behind the real data."""

from __future__ import annotations

NAME = "Job-support places (demo)"
UNIT = "Employment service"
TIER_PROPOSAL = (
    "Annex III, point 5(a) of the EU AI Act: a public authority uses it to decide who is offered "
    "an essential public service. Article 6(3) was considered and does not exempt it: it profiles "
    "people and its result decides the offer."
)
TIER_CONFIRMATION = (
    "Confirmed as high risk. Annex III, point 5(a) applies: the offer of a place is access to an "
    "essential public service, evaluated by a public authority. Article 6(3) does not help: the "
    "system profiles natural persons, and its last subparagraph then always means high risk. The "
    "proposal and the description agree."
)
PROFILE = {
    "purpose": (
        "Decides who is offered a place in a job-support service: people predicted not employed "
        "are offered one. An illustration on US survey data, not a real service."
    ),
    "intendedUse": (
        "Once a quarter the service scores people of working age in its region. A score below the "
        "release's cut-off means an offer by letter; taking it is voluntary."
    ),
    "misuse": (
        "Cutting or checking benefits by the score; ranking people for employers; reading the "
        "score as a person's chances; use for people under 16 or over 64."
    ),
    "affectedPeople": (
        "People aged 16 to 64 in the region, above all those who would need a place and are not "
        "offered one; among them people with disabilities, students, carers and early retired."
    ),
    "users": "Case workers of the employment service, who see the offer list and not the score.",
    "context": (
        "A regional public employment service with fewer places than people who might want one. "
        "Data: American Community Survey, Massachusetts, 2015 to 2018, used for illustration."
    ),
    "legalBasis": (
        "EU AI Act (Regulation (EU) 2024/1689), Annex III point 5(a); GDPR Articles 6(1)(e), 9 and "
        "22; national law on employment promotion. Illustrative: no lawyer has reviewed this list."
    ),
    "benefits": (
        "Places reach people sooner than by application alone, without a form to fill in. How "
        "large the benefit is has not been measured."
    ),
    "costsOfErrors": (
        "A person who needs a place is not offered one and may not know that places exist. A place "
        "offered to somebody who does not need it is missing elsewhere. The first costs more."
    ),
    "scopeOfApplication": "Offers of job-support places to people aged 16 to 64 in one region.",
    "outOfScope": (
        "Benefit decisions, sanctions, hiring, people under 16 or over 64, other regions, and any "
        "use of the score other than the offer."
    ),
    "oversight": (
        "A case worker reads every offer list and adds or removes people with a note; an offer "
        "can be asked for without the system; the lead may stop the run."
    ),
    "operatorProficiency": (
        "Case workers know what the score does not say, how to add people by hand, and which "
        "groups the tests found to be offered places less often."
    ),
    "feedbackChannel": "Every letter names an address to object to, and a person who answers.",
}
