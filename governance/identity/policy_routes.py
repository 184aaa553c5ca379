from __future__ import annotations

ROUTES = {
    ("people", "GET"): "read",
    ("person", "GET"): "read",
    ("person-add", "GET"): "person.manage",
    ("person-add", "POST"): "person.manage",
    ("role-grant", "POST"): "person.manage",
    ("role-end", "POST"): "person.manage",
    ("account-add", "POST"): "person.manage",
    ("person-deactivate", "POST"): "person.manage",
    ("units", "GET"): "read",
    ("unit-add", "GET"): "person.manage",
    ("unit-add", "POST"): "person.manage",
    ("tokens", "GET"): "read",
    ("token-create", "GET"): "token.create",
    ("token-create", "POST"): "token.create",
    ("token-revoke", "POST"): "token.revoke",
    ("account", "GET"): "signed-in",
    ("account", "POST"): "signed-in",
    ("table-csv", "GET"): "read",
}
