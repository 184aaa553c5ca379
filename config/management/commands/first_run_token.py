from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from config.pages.account import new_first_run_token
from governance.identity.models import Unit


class Command(BaseCommand):
    help = "Print a one-time token for the first-run page, while there is no organisation yet."

    def handle(self, *args: Any, **options: Any) -> None:
        if not Unit.objects.exists():
            self.stdout.write(f"First run: open /first-run with the token {new_first_run_token()}")
