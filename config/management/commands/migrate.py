from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError
from django.core.management.commands import migrate
from django.db import connections

from config.database_roles import UnknownTable, apply_grants
from config.entry_guard import guard_tables


class Command(migrate.Command):
    help = (
        f"{migrate.Command.help} Then guards the tables and gives the database roles their rights."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        super().handle(*args, **options)
        if options["plan"] or options["check_unapplied"]:
            return
        connection = connections[options["database"]]
        guard_tables(connection)
        try:
            apply_grants(connection, demand_all=not options["app_label"])
        except UnknownTable as error:
            raise CommandError(str(error)) from error
