"""What people say in step 5, in their own roles: opinion, finding, conclusions, exception, decision."""

from __future__ import annotations

OPINION_TESTS = (
    "Read the evaluation plan, its approval and the signed measurements of the planned run",
    "Compared the model's inputs, target and cut-off with the intended use in the system's record",
    "Compared selection rates by sex, race as recorded, disability and age band with the four-fifths rule",
    "Checked that no test row was used in training: digests of both files, and the split's seed",
    "Checked the parity of the ONNX file with the trained model, as the pipeline recorded it",
)
OPINION = (
    "Fit for the stated use with findings. The score separates employed from not employed people "
    "well enough for an offer that is voluntary and reviewed, and it is calibrated. Two limits "
    "weigh: the target counts everybody who is not employed, people outside the labour force "
    "included, so that it stands in for need without measuring it; and the offer rates differ "
    "between groups by more than four-fifths allows, for disability, race and age. The first "
    "explains part of the second. Neither may be argued away by a change of threshold."
)
FINDING = {
    "title": "The target is a proxy: 'not employed' includes people outside the labour force",
    "requirement": "MAP 2.3",
    "severity": "high",
    "criterion": (
        "The target measures what the system is for: who needs a place in a job-support service."
    ),
    "condition": (
        "The label 'employed' is 0 for everybody without a job: people looking for work, and also "
        "students, carers, early retired and people who cannot work. The model learns the mix."
    ),
    "cause": "The survey extract holds employment as yes or no; labour force status was not used.",
    "effect": (
        "Places may be offered to people who cannot or do not want to take them, and be missing for "
        "job seekers. Group differences in labour force participation appear as differences in offers."
    ),
}
ACTION = (
    "Obtain labour force status for the training rows, train on job seekers against employed "
    "people, and evaluate again under a new plan"
)
# Each with its reasons: who concludes says what the conclusion rests on.
VALIDATOR_CONCLUSIONS = {
    "MAP 2.2": (
        "satisfied",
        "The release states its limits, the record out-of-scope use, oversight and what operators "
        "must know, the tested group differences among it. Sufficient to decide and to oversee.",
    ),
    "MAP 2.3": (
        "satisfied",
        "Design, data selection and construct are identified and documented: held-out rows by "
        "digest, plan approved before the run, and the weakness of the construct as finding F-1. "
        "Documented is not solved; the finding stays open until it is.",
    ),
    "MEASURE 2.3": (
        "satisfied",
        "The test rows come from the population, columns and year that the model was made for, and "
        "were held out. Later years are not covered; monitoring has to show them.",
    ),
    "MEASURE 2.5": (
        "satisfied",
        "Valid and reliable for the stated target on this population, with intervals and calibration "
        "measured here and limits of generalisation stated. Validity for need is finding F-1.",
    ),
    "MEASURE 2.11": (
        "not-satisfied",
        "Selection rates differ beyond four-fifths for race, disability and age. Part of it follows "
        "from the proxy target, which explains it and does not excuse it.",
    ),
}
OFFICER_CONCLUSIONS = {
    "MAP 1.1": (
        "satisfied",
        "Purpose, use, foreseeable misuse, people affected and applicable law are described, and "
        "agree with what the model does. The list of laws awaits legal review, as it says.",
    ),
}
EXCEPTION_REASON = (
    "Without the release no offers go out this quarter and people wait for applications by post. "
    "The offer is voluntary, nothing is taken from anybody, and the cause is being worked on (F-1)."
)
EXCEPTION_CONTROL = (
    "Case workers read each offer list by disability, race and age band before letters go out, add "
    "people by hand where a group is short, and note each change; the owner reports the rates monthly."
)
EXCEPTION_GRANT = (
    "Granted for 90 days with the control named. The requirement stays not satisfied and is printed "
    "with every gate decision. No threshold was changed."
)
CONDITIONS = (
    "The owner reports offer rates by sex, race, disability and age band to me every month",
    "The action on finding F-1 is done before the exception ends",
)
DECISION = (
    "I have read the opinion, the finding and the exception. Offering places now, reviewed by case "
    "workers, does less harm than waiting for a better target, as long as the conditions hold."
)
EXCEPTION_DAYS = 90
ACTION_DAYS = 75
FINDING_DAYS = 80
