from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from config.database_roles import RoleProblem, ensure_roles


class Command(BaseCommand):
    help = (
        "Create the roles of DATABASE_APP_URL and DATABASE_SEQUENCER_URL where the owner "
        "(DATABASE_URL) may, and check that they own nothing."
    )
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            for sentence in ensure_roles(connection):
                self.stdout.write(sentence)
        except RoleProblem as error:
            raise CommandError(str(error)) from error
