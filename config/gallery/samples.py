"""Sample data of the gallery, by page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

SAMPLES: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("samples.yaml").read_text())
