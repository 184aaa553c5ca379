"""Celery. The broker only carries the ids of Job rows: losing it loses no work."""

from __future__ import annotations

from typing import Any

from config.servers import Layout
from config.settings.readers import env_int, env_secret, env_text, env_url
from config.start import data_folder

BROKER_SCHEMES = frozenset({"redis", "rediss", "redis+socket"})


def broker_url() -> str:
    """REDIS_URL, or the embedded server's socket."""
    if env_url("REDIS_URL", BROKER_SCHEMES) is None:
        return Layout(data_folder()).broker_url()
    return env_secret("REDIS_URL")


CELERY_BROKER_URL = broker_url()
CELERY_TASK_TIME_LIMIT = env_int("MUNIMENT_TASK_SECONDS", 3600, least=60, most=86_400)
CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any] = {
    # Several installations may share one Redis.
    "global_keyprefix": env_text("MUNIMENT_BROKER_PREFIX", ""),
    "visibility_timeout": 2 * CELERY_TASK_TIME_LIMIT,
    # By default a dead worker's message waits about 100 s whatever the visibility timeout.
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
    # A broker that hangs: the web process waits less (config.supervisor.platform).
    "socket_timeout": env_int("MUNIMENT_BROKER_SECONDS", 5, least=1, most=60),
    "socket_connect_timeout": 1,
    "socket_keepalive": True,
    # How long a publisher tries: a request must not hang on a dead broker.
    "max_retries": 1,
    "interval_start": 0,
    "interval_step": 0.2,
    "interval_max": 0.2,
}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# None: a worker waits for its broker for ever.
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_TASK_PUBLISH_RETRY_POLICY = {
    "max_retries": 1,
    "interval_start": 0,
    "interval_step": 0.2,
    "interval_max": 0.2,
}
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_DISABLE_PREFETCH = True
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 30.0
# A job is held by its row's lease, not by the connection: the broker's hiccup must not end it.
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = False
CELERY_WORKER_SEND_TASK_EVENTS = False
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"
