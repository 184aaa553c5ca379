"""README.txt: what the package is and how to check it, for somebody who has never seen Muniment."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

TEXT = """\
AUDIT PACKAGE: {name}
{line}

What this is
  The signed records that Muniment holds about {name}, as of
  {until}, with the log they stand in.
  Period: {since} to {until}.
  {results} results, {statements} signed statements, {entries} of {size} log entries
  are this scope's. Of all other entries only the hash is here.

  It shows who said what, when, about which bytes, and that nobody changed
  it since. It does not show that a figure was measured well or that a person
  told the truth. It is no assurance opinion.

How to check it
  You need Python 3.9 or later and nothing else; no network.

      python3 -I verify.py {filename}

  Take verify.py from elsewhere if you can (an earlier package, the supplier):
  whoever changes a package could change the verifier in it.

  Inside, everything must fit: exit 0. Exit 1 names what was changed.
  Exit 2: this is no package that can be checked.
  Exit 3: nothing is wrong inside, but nothing outside vouches for it. Give
  what you hold yourself:

      python3 -I verify.py {filename} --key 'LOG KEY' --checkpoint FILE

  LOG KEY is printed in every report (PDF) and on the page "Keys":
      {vkey}
  FILE is any checkpoint of this log that was kept outside: an anchor, or
  one that you saved on an earlier visit. Keep log/checkpoint of this package
  for the next one.

What to open
  results/results.csv     every requirement, what came of it and why
  findings.csv, actions.csv, exceptions.csv, documents.csv
  populations/            all releases, deployments, approvals, decisions ...
  samples/                25 of each, drawn by the log's root: nobody chose
  changes.csv             what was done in the period, in the log's order
  access-start.csv, access-end.csv   who could do what
  evidence/register.csv   every signed statement with its place in the log
  keys.csv                which signature counts, from when to when
  people.csv              names of the people whom the tables mention
  A spreadsheet opens all of them.

Size of the log  {size}
Root             {root}
Seed of samples  the root
"""


def text_of(manifest: Mapping[str, Any], filename: str) -> bytes:
    name = manifest["scope"]["name"]
    log = manifest["log"]
    text = TEXT.format(
        name=name,
        line="=" * (15 + len(name)),
        since=manifest["period"]["from"],
        until=manifest["period"]["to"],
        results=manifest["results"],
        statements=manifest["statements"],
        entries=manifest["entries"],
        filename=filename,
        size=log["size"],
        root=log["root"],
        vkey=log["vkey"],
    )
    return text.replace("\n", "\r\n").encode()
