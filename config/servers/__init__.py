"""Real PostgreSQL and Valkey as child processes, for one machine that has neither.

Pure Python, no Django. `using_servers(home)` is the door: it starts the servers when they are
not running, and keeps them alive until the last user has gone.
"""

from __future__ import annotations

from config.servers.client import ServersInUse, use_servers
from config.servers.errors import ServerError
from config.servers.layout import Layout

__all__ = ["Layout", "ServerError", "ServersInUse", "use_servers"]
