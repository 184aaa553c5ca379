from __future__ import annotations

ROUTES = {
    ("log", "GET"): "log.read",
    ("log-entry", "GET"): "log.read",
    ("log-proof", "GET"): "log.read",
    ("checkpoints", "GET"): "log.read",
    ("anchors", "GET"): "log.read",
    ("words", "GET"): "words.erase",
    ("words", "POST"): "words.erase",
    ("hold-lift", "POST"): "words.erase",
    ("evidence-list", "GET"): "read",
    ("evidence", "GET"): "read",
    ("evidence-envelope", "GET"): "read",
    ("api-evidence-list", "GET"): "read",
    ("api-evidence", "GET"): "read",
    ("api-evidence-envelope", "GET"): "read",
    ("api-keys", "GET"): "read",
    ("api-log-checkpoint", "GET"): "log.read",
    ("api-log-entry", "GET"): "log.read",
    ("api-log-proof", "GET"): "log.read",
}
