from __future__ import annotations

from django.urls import path

from governance.identity.views import account, exports, people, tokens

urlpatterns = [
    path("people", people.people, name="people"),
    path("people/add", people.person_add, name="person-add"),
    path("people/<uuid:pk>", people.person, name="person"),
    path("people/<uuid:pk>/roles", people.role_grant, name="role-grant"),
    path("people/<uuid:pk>/accounts", people.account_add, name="account-add"),
    path("people/<uuid:pk>/deactivate", people.person_deactivate, name="person-deactivate"),
    path("roles/<uuid:pk>/end", people.role_end, name="role-end"),
    path("units", people.units, name="units"),
    path("units/add", people.unit_add, name="unit-add"),
    path("tokens", tokens.tokens, name="tokens"),
    path("tokens/create", tokens.token_create, name="token-create"),
    path("tokens/<uuid:pk>/revoke", tokens.token_revoke, name="token-revoke"),
    path("account", account.account, name="account"),
    path("export/<slug:table>.csv", exports.table_csv, name="table-csv"),
]
