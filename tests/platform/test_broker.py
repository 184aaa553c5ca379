from __future__ import annotations

import socket
import time
from pathlib import Path

import pytest
from celery.exceptions import OperationalError

from config.celery import app

BOUND_SECONDS = 4.0


def seconds_to_refuse(broker: str) -> float:
    as_in_web = {"socket_timeout": 1}
    with app.connection_for_write(broker, transport_options=as_in_web) as connection:
        begun = time.monotonic()
        with pytest.raises(OperationalError):
            app.send_task("work.run_job", ("id",), queue="default", connection=connection)
        return time.monotonic() - begun


def test_absent_broker_refuses_at_once(tmp_path: Path) -> None:
    broker = f"redis+socket://{tmp_path}/nobody.sock"
    assert seconds_to_refuse(broker) < BOUND_SECONDS


def test_broker_that_hangs_is_given_up(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as silent:
        silent.bind(str(tmp_path / "s"))
        silent.listen()
        assert seconds_to_refuse(f"redis+socket://{tmp_path}/s") < BOUND_SECONDS


def test_worker_takes_no_message_of_another_format() -> None:
    assert app.conf.accept_content == ["json"]
    assert app.conf.task_serializer == "json"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("task_acks_late", True),
        ("task_reject_on_worker_lost", True),
        ("worker_prefetch_multiplier", 1),
        ("task_ignore_result", True),
        ("task_default_queue", "default"),
    ],
)
def test_celery_really_reads_the_setting(name: str, value: object) -> None:
    assert app.conf[name] == value


def test_message_of_a_dead_worker_is_looked_for_every_five_seconds() -> None:
    options = app.conf.broker_transport_options
    assert options["unacked_restore_interval"] * options["unacked_restore_throttle"] == 5
    assert options["visibility_timeout"] == 2 * app.conf.task_time_limit
