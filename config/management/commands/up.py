from __future__ import annotations

import contextlib
import os
import subprocess
from typing import Any

from django.conf import settings
from django.core.management import get_commands
from django.core.management.base import BaseCommand, CommandError, CommandParser

from config.settings.readers import env_text
from config.supervisor import Supervisor
from config.supervisor.platform import (
    CannotStart,
    demand_free_port,
    manage,
    only_one,
    platform_services,
    role_environment,
    run_step,
    wait_for_port,
)

FIRST_PAGE_SECONDS = 60.0


class Command(BaseCommand):
    help = "Run the whole platform on this machine until Ctrl-C: servers, web, workers, sequencer."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--demo", action="store_true", help="demo data, in a folder of its own, marked as such"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        host, port = env_text("MUNIMENT_HOST", "127.0.0.1"), settings.PORT
        try:
            with only_one(settings.MUNIMENT_HOME):
                demand_free_port(host, port)
                self._prepare()
                self._run(host, port)
        except CannotStart as error:
            raise CommandError(str(error)) from error

    def _prepare(self) -> None:
        run_step("prepare_database")
        run_step("migrate", "--verbosity", "0")
        if "load_catalog" in get_commands():
            run_step("load_catalog")
        run_step("collectstatic", "--no-input", "--verbosity", "0")

    def _run(self, host: str, port: int) -> None:
        if os.geteuid() == 0:
            self.stderr.write("Running as root: for anything but a trial use a user of its own.")
        services = platform_services(host, port, get_commands())
        supervisor = Supervisor(services, on_first_tick=lambda: self._announce(supervisor, host))
        supervisor.run()

    def _announce(self, supervisor: Supervisor, host: str) -> None:
        """Say where the first page is, once it is there."""
        if not wait_for_port(host, settings.PORT, FIRST_PAGE_SECONDS):
            supervisor.say("muniment", "the web process does not answer yet; see its lines above")
            return
        for line in first_run_lines():
            supervisor.say("muniment", line)
        supervisor.say("muniment", f"ready at {settings.PUBLIC_URL} (Ctrl-C ends it)")


def first_run_lines() -> list[str]:
    """What `first_run_token` has to say on an empty installation."""
    if "first_run_token" not in get_commands():
        return []
    with contextlib.suppress(subprocess.TimeoutExpired):
        done = subprocess.run(
            manage("first_run_token"), env=role_environment("first_run_token"),
            capture_output=True, text=True, check=False, timeout=60,
        )  # fmt: skip
        return done.stdout.splitlines()
    return []
