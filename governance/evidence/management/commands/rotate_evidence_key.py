from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from governance.evidence.choices import RevocationReason
from governance.evidence.keys import path_of, rotate_installation_key
from governance.identity.errors import DomainError


class Command(BaseCommand):
    help = "Make a new key for the installation's statements and end the present one."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--why",
            choices=RevocationReason.values,
            default=RevocationReason.RETIRED,
            help="retired (all it signed keeps counting), lost or compromised",
        )
        parser.add_argument(
            "--from",
            dest="from_size",
            type=int,
            help="log size from which the old key no longer counts; now unless told",
        )

        parser.add_argument(
            "--old-key",
            default="",
            help="where the old key lives, so that it signs for the new one; its file in keys/ unless told",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            ended, made = rotate_installation_key(
                options["why"], options["from_size"], options["old_key"]
            )
        except DomainError as error:
            raise CommandError(error.sentence) from error
        for keyid in ended:
            self.stdout.write(f"Ended ({options['why']}): {keyid}")
        self.stdout.write(f"Signs from now on: {made}, in {path_of(made)}")
        self.stdout.write("Keep a copy of the new file where you keep the old one.")
