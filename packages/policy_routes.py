from __future__ import annotations

ROUTES = {
    ("packages", "GET"): "package.make",
    ("package-ask", "GET"): "package.make",
    ("package-ask", "POST"): "package.make",
    ("package", "GET"): "package.make",
    ("package-progress", "GET"): "package.make",
    ("package-download", "GET"): "package.make",
}
