from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from governance.audit.export import ExportRefused, export_log
from governance.audit.proofs import log_key


class Command(BaseCommand):
    help = "Write the whole log into an empty folder: C2SP tlog-tiles, entry bundles, checkpoint, keys."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        key = log_key(settings.KEYS_DIR)
        if key is None:
            raise CommandError("The log has no key yet: start the sequencer.")
        try:
            checkpoint = export_log(options["folder"], key)
        except (ExportRefused, OSError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{checkpoint.size} entries in {options['folder']}.")
