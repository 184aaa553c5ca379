"""A log with its packages, made as docs/reference/audit-package.md says, by the platform's own pure parts.

Real keys, real signatures; statements are validated; results come from the rule engine. Two systems of one organisation
and one of another, a rotated log key, two pipelines, one of whose keys is revoked, words of which some are erased.
"""

from __future__ import annotations

import base64
import copy
import csv
import hashlib
import io
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from governance.assessment import rules
from governance.audit import canonical, merkle, note
from governance.evidence import dsse, predicates, statement
from tests.evidence import samples
from verifier.build import engine_digest, single_file

JSON = dict[str, Any]
ORIGIN = "muniment.test/7d1c0b52"
MANIFEST = "application/vnd.muniment.manifest+json"
SCOPES = ("organisation", "unit", "system")
AT = "2026-11-27T10:00:00.000000Z"
NOBODY = "00000000-0000-0000-0000-000000000000"
WORDS = ("=1+1 is a formula", 'Places are few; see\r\nthe "waiting list".', "'quoted", "Ä", "-")
ENTRIES = (
    {
        "id": "MEASURE 2.11",
        "scope": "release",
        "due": "pre-deployment",
        "fresh_days": 180,
        "rule": {
            "all": [
                {"form": "metric", "id": "fairness", "label": "Fairness", "theme": "fairness"},
                {
                    "form": "record",
                    "id": "card",
                    "label": "Policy",
                    "kind": "document",
                    "at": "organisation",
                },
            ]
        },
    },
    {
        "id": "GOVERN 1.6",
        "scope": "system",
        "due": "design",
        "fresh_days": None,
        "rule": {
            "all": [
                {
                    "form": "record",
                    "id": "own",
                    "label": "Owner",
                    "kind": "system",
                    "complete": ["owner"],
                }
            ]
        },
    },
    {
        "id": "GOVERN 1.2",
        "scope": "organisation",
        "due": "design",
        "fresh_days": None,
        "rule": {
            "all": [{"form": "record", "id": "policy", "label": "Policy", "kind": "document"}]
        },
    },
)


BASELINE: JSON = {"id": "high-risk", "version": "demo", "entries": list(ENTRIES)}


def private(number: int) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(hashlib.sha256(b"%d" % number).digest())


def uuid(number: int) -> str:
    return f"01930000-0000-7000-8000-{number:012x}"


def moment(number: int) -> str:
    day, minute = divmod(number, 1440)
    return f"2026-11-{day + 1:02d}T{minute // 60:02d}:{minute % 60:02d}:00.000000Z"


@dataclass(frozen=True)
class Place:
    """A node of the tree of units, or a release below a system."""

    type: str
    id: str
    path: tuple[str, ...]
    unit: tuple[str, ...]

    @property
    def unit_path(self) -> str:
        return f"/{'/'.join(self.unit)}/"


def place(type_: str, *path: str, below: str | None = None) -> Place:
    return Place(type_, below or path[-1], (*path, below) if below else path, path)


@dataclass
class House:
    """One installation's log, as it grows."""

    seed: int = 0
    origin: str = ORIGIN
    entries: list[bytes] = field(default_factory=list)
    payloads: dict[int, JSON] = field(default_factory=dict)
    envelopes: dict[int, JSON] = field(default_factory=dict)
    signers: dict[int, str] = field(default_factory=dict)
    words: list[tuple[int, str, bytes, str]] = field(default_factory=list)
    checkpoints: list[str] = field(default_factory=list)
    keys: list[JSON] = field(default_factory=list)
    made: int = 0
    report: int = -1

    def __post_init__(self) -> None:
        self.log_signers = [note.Ed25519Signer(self.origin, private(self.seed + 1))]
        self.rotated: list[int] = []
        self.statement_key = dsse.KeySigner(private(self.seed + 2))
        self.pipelines = [
            dsse.KeySigner(private(self.seed + 3)),
            dsse.KeySigner(private(self.seed + 4)),
        ]

    @property
    def size(self) -> int:
        return len(self.entries)

    def new_id(self) -> str:
        self.made += 1
        return uuid(self.seed * 65536 + 4096 + self.made)

    def enter(
        self,
        action: str,
        about: tuple[str, str],
        unit: str = "/",
        facts: JSON | None = None,
        texts: Sequence[str] = (),
    ) -> int:
        index = self.size
        digests = {}
        for number, text in enumerate(texts):
            salt = hashlib.sha256(b"salt %d %d" % (index, number)).digest()[:16]
            digests[f"text{number}"] = canonical.salted_digest(salt, text)
            self.words.append((index, f"text{number}", salt, text))
        body = {
            "v": 1,
            "id": self.new_id(),
            "at": moment(index),
            "action": action,
            "actor": {"account": NOBODY, "kind": "person", "person": NOBODY, "token": None},
            "object": {"type": about[0], "id": about[1]},
            "unit": unit,
            "facts": facts or {},
            "texts": digests,
            "request": "",
        }
        self.entries.append(canonical.dumps(body))
        return index

    def register_key(
        self,
        signer: dsse.KeySigner,
        purpose: str,
        expires: str | None = None,
        vouched: Any = None,
    ) -> None:
        owner = uuid(1) if purpose == "pipeline" else None
        facts: JSON = {
            "keyid": signer.keyid,
            "public": signer.public_bytes.hex(),
            "purpose": purpose,
        }
        facts |= {"account": owner, "person": owner, "expires": expires}
        logged = facts | {"vouched": vouched} if purpose == "installation" else facts
        index = self.enter("key.registered", ("key", signer.keyid[7:43]), facts=logged)
        self.keys.append({**facts, "since": index, "revoked": []})

    def revoke_key(self, signer: dsse.KeySigner, size: int, why: str) -> None:
        facts = {"keyid": signer.keyid, "from": str(size), "why": why}
        self.enter("key.revoked", ("key", signer.keyid[7:43]), facts=facts)
        for key in self.keys:
            if key["keyid"] == signer.keyid:
                key["revoked"].append((size, why))

    def rotate(self) -> None:
        old, new = self.log_signers[-1], note.Ed25519Signer(self.origin, private(self.seed + 100))
        text = f"muniment log key rotation\n{self.origin}\n{old.vkey}\n{new.vkey}\n".encode()
        signatures = [base64.b64encode(one.sign(text)).decode() for one in (old, new)]
        facts = {"old": old.vkey, "new": new.vkey, "signatures": signatures}
        self.rotated.append(self.enter("log.key_rotated", ("log", self.origin), facts=facts))
        self.log_signers.append(new)

    def state(
        self,
        made: JSON,
        where: Place,
        signer: dsse.KeySigner | None = None,
        texts: Sequence[str] = (),
    ) -> int:
        """Sign a statement at a place and log it; returns its index."""
        signer = signer or self.statement_key
        made = copy.deepcopy(made)
        scope = {"type": where.type, "id": where.id, "path": list(where.path)}
        made["predicate"] |= {"id": self.new_id(), "scope": scope, "producedAt": moment(self.size)}
        statement.validate(made)
        payload = canonical.dumps(made)
        sha256 = hashlib.sha256(payload).hexdigest()
        type_ = statement.type_of(made)
        facts = {"payload": sha256, "scope": where.id, "kind": ""}
        index = self.enter(
            "evidence.recorded", (type_, made["predicate"]["id"]), where.unit_path, facts, texts
        )
        self.payloads[index] = made
        self.envelopes[index] = dsse.sign(payload, signer)
        self.signers[index] = signer.keyid
        return index

    def record(
        self, kind: str, id_: str, fields: JSON, where: Place, state: str = "active", **more: Any
    ) -> int:
        found = [
            one["predicate"]
            for one in self.payloads.values()
            if one["predicate"].get("kind") == kind
        ]
        revision = 1 + sum(one["record"]["id"] == id_ for one in found)
        made = samples.record()
        head: Any = {"id": id_, "revision": revision, "state": state}
        own = predicates.record_subject(kind, head, fields)
        made["subject"] = [
            own,
            *(predicates.subject("more", one) for one in more.get("subjects", ())),
        ]
        made["predicate"] |= {
            "kind": kind,
            "record": head,
            "fields": fields,
            "validUntil": None,
            "author": uuid(1),
        }
        return self.state(made, where, texts=more.get("texts", ()))

    def leaves(self) -> list[bytes]:
        return [merkle.leaf_hash(one) for one in self.entries]

    def tiles(self, size: int) -> dict[tuple[int, int], bytes]:
        grown = merkle.grow_tiles(lambda _level, _index: b"", 0, self.leaves()[:size])
        return {(tile.level, tile.index): data for tile, data in grown}

    def root(self, size: int) -> bytes:
        return merkle.root_of(self.leaves()[:size])

    def signer_at(self, size: int) -> list[note.Ed25519Signer]:
        """The log's key for this size; old and new for the first checkpoint after a rotation."""
        past = [index for index in self.rotated if index < size]
        own = [self.log_signers[len(past)]]
        return [self.log_signers[len(past) - 1], *own] if past and size == past[-1] + 1 else own

    def checkpoint(self, size: int | None = None) -> str:
        size = self.size if size is None else size
        return note.sign_checkpoint(
            note.Checkpoint(self.origin, size, self.root(size)), self.signer_at(size)
        )

    def keep_checkpoint(self) -> None:
        self.checkpoints.append(self.checkpoint())

    def proof(self, index: int, size: int, extra: bytes | None = None) -> str:
        tiles = self.tiles(size)
        hashes = merkle.inclusion_proof(lambda level, tile: tiles[level, tile], index, size)
        return note.TlogProof(index, tuple(hashes), self.checkpoint(size), extra).text

    def report_proof(self, index: int, size: int | None = None) -> str:
        """The `.tlog-proof` of a report: its entry, envelope, and the entries about the keys it needs."""
        size = self.size if size is None else size
        tiles = self.tiles(size)
        needed = [self.keys[0]["since"], *(one for one in self.rotated if one < size)]
        keys = []
        for one in needed:
            hashes = merkle.inclusion_proof(lambda level, tile: tiles[level, tile], one, size)
            texts = [base64.b64encode(each).decode() for each in hashes]
            keys.append({"entry": self.entries[one].decode(), "index": one, "hashes": texts})
        extra = {
            "entry": self.entries[index].decode(),
            "envelope": self.envelopes[index],
            "keys": keys,
        }
        return self.proof(index, size, canonical.dumps(extra))


ORGANISATION, DIVISION, OTHER = uuid(10), uuid(11), uuid(20)
FIRST, SECOND = uuid(12), uuid(13)
SYSTEMS = {
    FIRST: place("system", ORGANISATION, DIVISION, FIRST),
    SECOND: place("system", ORGANISATION, DIVISION, SECOND),
}
PLACES = {
    "organisation": place("organisation", ORGANISATION),
    "unit": place("unit", ORGANISATION, DIVISION),
    "system": SYSTEMS[FIRST],
}
PDF = b"%PDF-1.7\n% a report, as far as a digest is concerned\n%%EOF\n"


def release_of(system: str) -> Place:
    number = int(system[-2:], 16)
    return place("release", *SYSTEMS[system].path, below=uuid(256 + number))


def tell_system(house: House, system: str) -> None:
    """A system with a release, a plan approved before its measurements, and what a reader asks for."""
    where, release = SYSTEMS[system], release_of(system)
    model = hashlib.sha256(system.encode()).hexdigest()
    own = hashlib.sha256(model.encode()).hexdigest()
    house.record(
        "system", system, {"owner": uuid(1), "name": "Job-support places"}, where, texts=WORDS
    )
    fields = {
        "system": system,
        "digest": f"sha256:{own}",
        "models": [{"digest": f"sha256:{model}"}],
    }
    house.record("release", release.id, fields, release, subjects=[own, model])
    criterion: JSON = {
        "id": "ratio",
        "theme": "fairness",
        "check": "selection_rate_ratio",
        "slice": "SEX",
    }
    criterion |= {"comparator": ">=", "threshold": "0.80", "use": "point", "minimumSample": 200}
    plan_fields = {"title": "Plan", "subject": own, "dataset": None, "criteria": [criterion]}
    plan = house.payloads[house.record("evaluation-plan", house.new_id(), plan_fields, where)]
    approve(house, plan, where)
    revision: JSON = {"id": plan["predicate"]["record"]["id"], "revision": 1}
    revision["digest"] = plan["subject"][0]["digest"]["sha256"]
    for value, signer in (("0.91", None), ("0.86", 0), ("0.84", 1), ("0.83", 1)):
        measure(house, release, [own, model], revision, value, signer)
    dates = {
        "release": release.id,
        "system": system,
        "environment": "production",
        "from": moment(300),
        "to": None,
    }
    house.record("deployment", house.new_id(), dates, release)
    for number in range(30 if system == FIRST else 3):
        house.record(
            "alert",
            uuid(4000 + number + (system == SECOND) * 100),
            {"theme": "drift"},
            release,
            "open",
        )
    decide(house, release, own)


def approve(house: House, plan: JSON, where: Place) -> None:
    made = samples.approval()
    made["subject"] = plan["subject"][:1]
    made["predicate"] |= {
        "purpose": "plan",
        "subjectKind": "record",
        "outcome": "approved",
        "conditions": [],
    }
    made["predicate"] |= {"validUntil": None}
    house.state(made, where, texts=["Agreed."])


def measure(
    house: House,
    where: Place,
    subjects: Sequence[str],
    plan: JSON,
    value: str,
    pipeline: int | None,
) -> None:
    made = samples.measurement()
    made["subject"] = [predicates.subject("it", one) for one in subjects]
    predicate = made["predicate"]
    predicate["series"] = {**predicate["series"], "target": f"sha256:{subjects[0]}"}
    predicate["plan"] = plan
    predicate["run"] = {**predicate["run"], "startedAt": moment(house.size - 1)}
    predicate["value"] |= {"value": value, "lower": "0.10", "upper": "0.99"}
    if pipeline is None:
        house.state(made, where)
        return
    predicate["assurance"] = "computed-elsewhere"
    predicate["collector"] = {**predicate["collector"], "kind": "ci"}
    house.state(made, where, house.pipelines[pipeline])


def decide(house: House, where: Place, digest: str) -> None:
    made = samples.gate_decision()
    made["subject"] = [predicates.subject("release", digest)]
    made["predicate"] |= {
        "release": {"id": where.id, "digest": digest},
        "effectiveAt": moment(house.size),
    }
    house.state(made, where)


def fill(house: House, number: int, unit: str) -> None:
    for turn in range(number):
        house.enter(
            "job.completed",
            ("job", house.new_id()),
            unit,
            {"n": turn},
            ["a word"] if turn % 9 == 0 else [],
        )


@cache
def story(seed: int = 0, origin: str = ORIGIN) -> House:
    """The whole log; the same seed gives the same bytes."""
    house = House(seed, origin)
    house.register_key(house.statement_key, "installation")
    house.enter(
        "assessment.criteria_loaded",
        ("baseline", canonical.digest(BASELINE)),
        facts={"name": "high-risk demo"},
    )
    for signer in house.pipelines:
        house.register_key(signer, "pipeline", "2027-11-01T00:00:00Z")
    policy = {"topic": "policy", "title": "AI policy (demo)", "file": "f" * 64}
    house.record(
        "document", house.new_id(), policy, PLACES["organisation"], "in-force", texts=["For all."]
    )
    other = place("organisation", OTHER)
    house.record("document", house.new_id(), policy, other, texts=["Another's."])
    fill(house, 240, f"/{OTHER}/")
    house.keep_checkpoint()
    tell_system(house, FIRST)
    house.keep_checkpoint()
    house.rotate()
    house.keep_checkpoint()
    fill(house, 200, f"/{ORGANISATION}/")
    tell_system(house, SECOND)
    begin = min(
        index
        for index, keyid in house.signers.items()
        if index > 300 and keyid == house.pipelines[1].keyid
    )
    house.revoke_key(house.pipelines[1], begin, "compromised")
    house.keep_checkpoint()
    report = samples.report()
    report["subject"] = [predicates.subject("report.pdf", hashlib.sha256(PDF).hexdigest())]
    report["predicate"] |= {
        "effectiveAt": moment(house.size),
        "logSize": house.size,
        "root": house.root(house.size).hex(),
    }
    house.report = house.state(report, PLACES["system"])
    house.revoke_key(house.pipelines[1], house.size, "retired")
    fill(house, 6, "/")
    house.keep_checkpoint()
    fill(house, 5, f"/{OTHER}/")
    return house


def table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(header)
    writer.writerows([guarded(str(cell)) for cell in row] for row in rows)
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def guarded(cell: str) -> str:
    return f"'{cell}" if cell[:1] and cell[0] in "=+-@\t\r" else cell


def lines(values: Iterable[object]) -> bytes:
    return b"".join(canonical.dumps(one) + b"\n" for one in values)


@dataclass
class Package:
    """Members in order, and what the manifest says beside their digests; tests change both."""

    house: House
    members: dict[str, bytes]
    head: JSON

    def manifest(self) -> bytes:
        files = [
            {"path": name, "sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)}
            for name, data in self.members.items()
        ]
        return canonical.dumps({**self.head, "files": files})

    def copy(self) -> Package:
        return Package(self.house, dict(self.members), copy.deepcopy(self.head))

    def signed(self, signer: dsse.KeySigner | None = None) -> dict[str, bytes]:
        """Every member of the zip, the manifest made anew and signed."""
        manifest = self.manifest()
        envelope = dsse.sign(manifest, signer or self.house.statement_key, payload_type=MANIFEST)
        return {
            "MANIFEST.json": manifest,
            "MANIFEST.dsse.json": dsse.write_envelope(envelope),
            **self.members,
        }

    def write(self, path: Path, signer: dsse.KeySigner | None = None) -> Path:
        return write_zip(path, self.signed(signer), stored=True)


def write_zip(path: Path, members: dict[str, bytes], stored: bool = False) -> Path:
    method = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, data in members.items():
            info = zipfile.ZipInfo(name)
            info.compress_type, info.external_attr = method, 0o644 << 16
            archive.writestr(info, data)
    return path


def package(house: House, scope: str = "system") -> Package:
    """The package of a scope at the log's present size."""
    where, size = PLACES[scope], house.size
    shown = [index for index in range(size) if is_open(house, index, where)]
    stated = [index for index in shown if index in house.payloads]
    results = judged(house, where, size)
    root = house.root(size).hex()
    members = {
        "README.txt": b"How to check this: python3 -I verify.py PACKAGE.zip\n",
        "verify.py": single_file(),
        "log/checkpoint": house.checkpoint().encode(),
        "log/checkpoints.ndjson": lines(house.checkpoints),
        **{f"log/{tile}": data for tile, data in tile_files(house)},
        "log/entries.tsv": b"".join(b"%d\t%s\n" % (index, house.entries[index]) for index in shown),
        "log/words.csv": words(house, shown),
        "log/anchors.csv": anchors(house),
        "evidence/envelopes.ndjson": lines(house.envelopes[index] for index in stated),
        "evidence/register.csv": register(house, stated),
        "keys.csv": keys_table(house),
        "results/baseline.json": canonical.dumps(BASELINE),
        "results/results.ndjson": lines(results),
        "results/results.csv": table(LISTED, [listed(one["result"]) for one in results]),
        "results/inherited.csv": table(LISTED, []),
        "people.csv": table(["id", "name"], [[uuid(1), "Ada"]]),
        **populations(house, stated, root),
        "changes.csv": table(["index"], [[index] for index in shown]),
        "documents.csv": table(["id"], []),
        **reports_of(house, scope),
    }
    head = {
        "format": "urn:muniment:package:v1",
        "id": uuid(999),
        "madeAt": AT,
        "version": "0.1.0",
        "scope": {
            "type": where.type,
            "id": where.id,
            "path": list(where.path),
            "name": "Job-support places",
        },
        "period": {"from": moment(0), "to": AT},
        "effectiveAt": AT,
        "log": {
            "origin": house.origin,
            "vkey": house.log_signers[0].vkey,
            "size": size,
            "root": root,
        },
        "engine": engine_digest(),
        "seed": root,
        "results": len(results),
        "entries": len(shown),
        "statements": len(stated),
    }
    return Package(house, members, head)


def is_open(house: House, index: int, where: Place) -> bool:
    entry = canonical.loads(house.entries[index])
    unit, own = entry["unit"], where.unit_path
    everybodys = entry["object"]["type"] in {"key", "log", "baseline"}
    return unit.startswith(own) or own.startswith(unit) or everybodys


def tile_files(house: House) -> Iterable[tuple[str, bytes]]:
    for (level, index), data in house.tiles(house.size).items():
        yield merkle.Tile(level, index, len(data) // 32).path, data


def words(house: House, shown: Sequence[int]) -> bytes:
    """Every fifth is erased."""
    held = [one for number, one in enumerate(house.words) if one[0] in set(shown) and number % 5]
    return table(
        ["index", "field", "salt", "text"], [(one[0], one[1], one[2].hex(), one[3]) for one in held]
    )


def anchors(house: House) -> bytes:
    rows = []
    for text in house.checkpoints[:2]:
        found = note.Checkpoint.parse(text.partition("\n\n")[0] + "\n")
        rows.append(["folder", "/mnt/anchor", found.size, found.root.hex(), AT, ""])
    return table(["kind", "place", "size", "root", "at", "receipt"], rows)


def register(house: House, stated: Sequence[int]) -> bytes:
    names = [
        "index",
        "id",
        "type",
        "kind",
        "scope",
        "produced",
        "assurance",
        "key",
        "payload sha256",
        "subjects",
    ]
    rows = []
    for index in stated:
        made = house.payloads[index]
        predicate = made["predicate"]
        sha256 = hashlib.sha256(canonical.dumps(made)).hexdigest()
        subjects = " ".join(one["digest"]["sha256"] for one in made["subject"])
        row = [index, predicate["id"], statement.type_of(made), "", predicate["scope"]["id"]]
        rows.append(
            [
                *row,
                predicate["producedAt"],
                predicate["assurance"],
                house.signers[index],
                sha256,
                subjects,
            ]
        )
    return table(names, rows)


def keys_table(house: House) -> bytes:
    names = ["keyid", "public", "purpose", "who answers", "from index", "expires"]
    parts = ("keyid", "public", "purpose", "person", "since", "expires")
    heads = [
        (["" if key[part] is None else key[part] for part in parts], key) for key in house.keys
    ]
    rows = [[*head, *one] for head, key in heads for one in key["revoked"] or [("", "")]]
    return table([*names, "revoked from size", "why"], rows)


def populations(house: House, stated: Sequence[int], seed: str) -> dict[str, bytes]:
    wanted = {
        "systems": "system",
        "releases": "release",
        "alerts": "alert",
        "deployments": "deployment",
    }
    found = {
        name: [i for i in stated if house.payloads[i]["predicate"].get("kind") == kind]
        for name, kind in wanted.items()
    }
    found["approvals"] = [i for i in stated if statement.type_of(house.payloads[i]) == "approval"]
    rows = {
        f"{name}.csv": [[house.payloads[i]["predicate"]["id"], i] for i in held]
        for name, held in found.items()
    }
    whole = {f"populations/{name}": table(["id", "index"], held) for name, held in rows.items()}
    drawn = {
        f"samples/{name}": table(["id", "index"], sampled(seed, name, held))
        for name, held in rows.items()
    }
    return {**whole, **drawn}


def sampled(seed: str, name: str, rows: list[list[Any]]) -> list[list[Any]]:
    ranked = {hashlib.sha256(f"{seed}/{name}/{row[0]}".encode()).hexdigest(): row for row in rows}
    return [ranked[place] for place in sorted(ranked)][:25]


def reports_of(house: House, scope: str) -> dict[str, bytes]:
    del scope
    return {
        "reports/report.pdf": PDF,
        "reports/report.pdf.tlog-proof": house.report_proof(house.report).encode(),
    }


def judged(house: House, where: Place, size: int) -> list[JSON]:
    """Results of the scope: of the units where they are the scope or below it, and of each system."""
    found = []
    for one in (PLACES["organisation"], PLACES["unit"], *SYSTEMS.values()):
        if not one.unit_path.startswith(where.unit_path):
            continue
        kind = "system" if one.type == "system" else "unit"
        log = rules.read_log(seen(house, one, kind, size), size)
        targets = [(one.type, one.id)]
        targets += [("release", release_of(one.id).id)] if kind == "system" else []
        for type_, id_ in targets:
            target = rules.target_from(log, type_, id_)
            for entry in ENTRIES:
                if entry["scope"] == type_:
                    text = canonical.dumps(rules.evaluate(entry, target, log, AT)).decode()
                    found.append({"result": text, "view": {"kind": kind, "path": list(one.path)}})
    return found


LISTED = (
    *("requirement", "target", "target id", "result", "applicability", "determination", "reason"),
    *("basis", "conclusion", "exception until", "evidence", "sentence"),
)


def listed(text: str) -> list[object]:
    """A result as a row for people; no sentence of this story names anybody."""
    result = canonical.loads(text.encode())
    target, why, until = result["target"], result["why"], (result["exception"] or {}).get("until")
    judged = [result[one] for one in ("applicability", "determination", "reason", "basis")]
    cited = " ".join(dict.fromkeys(why["evidence"]))
    head = [result["requirement"], target["type"], target["id"], rules.badge(result)[1]]
    row = [*head, *judged, result["conclusion"]["state"], until, cited, why["sentence"]]
    return ["" if one is None else one for one in row]


def seen(house: House, where: Place, kind: str, size: int) -> list[JSON]:
    """The statements that governance.assessment.results reads for a system or a unit."""
    begin = {key["keyid"]: min(key["revoked"])[0] for key in house.keys if key["revoked"]}
    found = []
    for index, made in house.payloads.items():
        unit = canonical.loads(house.entries[index])["unit"]
        below = kind == "unit" and unit.startswith(where.unit_path)
        records = made["predicate"].get("kind") in {"system", "release", "deployment", "inventory"}
        if index < size and (where.unit_path.startswith(unit) or (below and records)):
            one = {
                "index": index,
                "statement": made,
                "digest": hashlib.sha256(canonical.dumps(made)).hexdigest(),
            }
            is_revoked = begin.get(house.signers[index], size) <= index
            found.append({**one, "revoked": True} if is_revoked else one)
    return found
