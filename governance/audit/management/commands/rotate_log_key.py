from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from governance.audit.logkey import SignerHome
from governance.audit.note import NoteError
from governance.audit.rotation import rotate


class Command(BaseCommand):
    help = "Hand the log over to a new key. Safe to run again after a crash."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--to", default="", help="where the new key lives (default: a new file beside the old)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            self.stdout.write(
                rotate(SignerHome(settings.KEYS_DIR, settings.LOG_KEY), options["to"])
            )
        except NoteError as error:
            raise CommandError(error.sentence) from error
