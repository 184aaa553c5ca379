from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from governance.assessment.catalog_files import CatalogFileError
from governance.gates.loading import load_all


class Command(BaseCommand):
    help = "Load the catalogs, the baseline and the gate policies that ship with this version."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            loaded = load_all()
        except CatalogFileError as error:
            raise CommandError(str(error)) from error
        for line in loaded:
            self.stdout.write(line)
