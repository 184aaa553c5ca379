from __future__ import annotations

import subprocess
import sys

from tests.environment.session import PROJECT

HEAVY = ("evidently", "onnx", "onnxruntime", "pandas", "pyarrow", "scipy", "sklearn", "weasyprint")
START = """
import sys
import config.wsgi
from django.urls import get_resolver
def walk(patterns):
    for entry in patterns:
        walk(getattr(entry, "url_patterns", []))
walk(get_resolver().url_patterns)
print(*sorted({name.partition(".")[0] for name in sys.modules}))
"""


def test_web_process_imports_no_heavy_library() -> None:
    done = subprocess.run(
        [sys.executable, "-c", START], cwd=PROJECT, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    loaded = set(done.stdout.split())
    assert "rest_framework" in loaded
    assert loaded.isdisjoint(HEAVY), sorted(loaded & set(HEAVY))
