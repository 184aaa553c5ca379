"""What is said of version 2: the same roles, their own words, nothing carried over from version 1."""

from __future__ import annotations

TITLE = "Places, version 2: the same criteria on the same rows"
TESTS = (
    "Read plan, approval and signed measurements of version 2, and compared them with version 1",
    "Compared selection rates by sex, race as recorded, disability and age band with four-fifths",
    "Checked that both versions were trained and tested on the same digests",
    "Read version 1's alerts: whether version 2 would have been misled by the same delivery",
)
OPINION = (
    "Fit for the stated use with findings. Version 2 separates slightly worse than version 1 on the "
    "2015 test rows and differs between groups by about as much. The finding on the proxy target "
    "stands for both. It is no answer to a delivery with a unit error; the stop on alerts is."
)
CONCLUSIONS = {
    "MAP 2.2": (
        "satisfied",
        "Limits of this release, out-of-scope use and oversight are stated as for version 1.",
    ),
    "MAP 2.3": (
        "satisfied",
        "Same plan, rows and construct as version 1, approved before the run; the weakness of the "
        "construct stays documented as finding F-1.",
    ),
    "MEASURE 2.3": (
        "satisfied",
        "Held-out rows of the year and region that the model was made for; later years are left to "
        "monitoring, which found a delivery with a unit error.",
    ),
    "MEASURE 2.5": (
        "satisfied",
        "Valid and reliable for the stated target on this population, with intervals and calibration "
        "measured here; limits are stated.",
    ),
    "MEASURE 2.11": (
        "not-satisfied",
        "Selection rates differ beyond four-fifths for race, disability and age, as for version 1.",
    ),
}
EXCEPTION_REASON = (
    "Version 2 is to replace version 1, which is in alarm. It fails the same fairness criterion for "
    "the same reason, and the action on finding F-1 covers both."
)
DECISION = (
    "Version 2 may replace version 1 under the same control and conditions. It buys no fairness; "
    "the better target does, and its date stands."
)
