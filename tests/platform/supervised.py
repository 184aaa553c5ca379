"""A small supervisor over small programs, run as its own process by the tests."""

from __future__ import annotations

import signal
import sys
from pathlib import Path

from config.supervisor import Service, Supervisor

TICKER = """
import os, signal, sys, time
from pathlib import Path
folder, name = Path(sys.argv[1]), sys.argv[2]
def end(*_):
    with (folder / "ended").open("a") as file:
        file.write(name + "\\n")
    sys.exit(0)
signal.signal(signal.SIGTERM, end)
(folder / f"{name}.{os.getpid()}").touch()
print("hello from", name, flush=True)
time.sleep(600)
"""
STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); "
STUBBORN += "print('deaf', flush=True); time.sleep(600)"
PARENT = "import subprocess; subprocess.run(['sleep', '7531'])"


def ticker(folder: Path, name: str, stop_order: int) -> Service:
    return Service(name, [sys.executable, "-c", TICKER, str(folder), name], {}, stop_order)


def services(kind: str, folder: Path) -> list[Service]:
    if kind == "stubborn":
        command = [sys.executable, "-c", STUBBORN]
        return [Service("stubborn", command, {}, 0, signal.SIGTERM, patience_seconds=1)]
    if kind == "parent":
        return [Service("parent", [sys.executable, "-c", PARENT], {}, 0)]
    if kind == "failing":
        return [Service("failing", [sys.executable, "-c", "raise SystemExit(3)"], {}, 0)]
    return [ticker(folder, name, order) for name, order in (("c", 3), ("a", 1), ("b", 2))]


if __name__ == "__main__":
    sys.exit(Supervisor(services(sys.argv[1], Path(sys.argv[2]))).run())
