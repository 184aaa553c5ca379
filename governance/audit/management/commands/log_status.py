from __future__ import annotations

import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from governance.audit.anchors import compare, newest_good, places, receipts
from governance.audit.closing import TO_DO, present_refusal
from governance.audit.logkey import SignerHome
from governance.audit.proofs import LogKey, check_checkpoint, log_key, newest_checkpoint
from governance.audit.queries import log_size

STALE = timedelta(minutes=20)


class Command(BaseCommand):
    help = "How the log stands: size, signed size, root, key, refusal, anchors. Exit 1 where something is wrong."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--against", metavar="FILE", default="", help="a signed checkpoint that you kept"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        key = log_key(settings.KEYS_DIR)
        wrong = [*self.head(key), *self.anchors()]
        if options["against"]:
            wrong += self.against(options["against"], key)
        for sentence in wrong:
            self.stderr.write(sentence)
        if wrong:
            sys.exit(1)

    def line(self, name: str, value: object) -> None:
        self.stdout.write(f"{name:<12} {value}")

    def head(self, key: LogKey | None) -> list[str]:
        """What the log, the signer and the newest checkpoint say; returns what is wrong."""
        checkpoint, wrong = newest_checkpoint(), []
        signed = SignerHome(settings.KEYS_DIR, settings.LOG_KEY).last_signed()
        self.line("size", log_size())
        self.line("signed size", signed.size if signed else 0)
        self.line("root", signed.root().hex() if signed else "none")
        self.line("origin", key.origin if key else "none")
        self.line("key", key.vkey if key else "none")
        if key and len(key.reigns) > 1:
            self.line("first key", key.first)
        if checkpoint is None or key is None:
            wrong.append("No checkpoint was signed yet: is the sequencer running?")
        else:
            self.line("checkpoint", f"{checkpoint.size}, signed {age(checkpoint.signed_at)} ago")
            check = check_checkpoint(checkpoint, key)
            if not check.holds:
                wrong.append(f"{check.words} {check.detail}".strip())
            if timezone.now() - checkpoint.signed_at > STALE:
                wrong.append(
                    "The newest checkpoint is over 20 minutes old: is the sequencer running?"
                )
        refusal = present_refusal()
        self.line("refusal", f"since {refusal.at}" if refusal else "none")
        if refusal:
            wrong.append(f"REFUSED: {refusal.sentence} {TO_DO}")
        return wrong

    def anchors(self) -> list[str]:
        """Each place's newest receipt; returns what is wrong."""
        targets, wrong = places(), []
        if not targets:
            self.line("anchors", "none: whoever controls this machine can roll the log back unseen")
        for place in targets:
            good, last = newest_good(place), receipts(place)
            held = f"size {good.size}, {age(good.at)} ago" if good else "never"
            self.line("anchor", f"{place.kind} {place.name}: {held}")
            if last is not None and last.error:
                wrong.append(f"The anchor {place.name} fails: {last.error}")
        return wrong

    def against(self, file: str, key: LogKey | None) -> list[str]:
        """Whether the log extends a checkpoint that somebody kept."""
        try:
            signed = Path(file).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"{file} cannot be read: {error}") from error
        misfit = compare(signed, key) if key else "There is no key to check it with."
        self.line("against", "the log extends it" if not misfit else "THE LOG DOES NOT EXTEND IT")
        return [misfit] if misfit else []


def age(at: Any) -> str:
    seconds = int((timezone.now() - at).total_seconds())
    return f"{seconds} s" if seconds < 120 else f"{seconds // 60} min"
