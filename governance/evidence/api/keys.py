"""Keys that signatures are checked with: who registered which, and from where one counts no more."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from governance.audit.actions import instant
from governance.evidence.choices import RevocationReason
from governance.evidence.logbook import public_key
from governance.evidence.models import SigningKey
from governance.evidence.pipeline_keys import find_key, register_key, revoke_key, tokens_for_keys
from governance.identity.errors import NotFound
from governance.identity.rest import View, body_of
from governance.identity.rest_fields import InstantField, StrictSerializer, TextField
from governance.work.idempotency import once


class KeyInput(StrictSerializer):
    token = serializers.UUIDField(help_text="The token whose account signs with the key.")
    public = TextField(max_length=1000, help_text="PEM, 64 hexadecimal digits, or base64.")
    expires = InstantField(required=False, allow_null=True)


class RevocationInput(StrictSerializer):
    why = serializers.ChoiceField(RevocationReason.choices)
    fromSize = serializers.IntegerField(
        required=False,
        min_value=0,
        help_text="Log size from which it no longer counts; now, where left out.",
    )


class Keys(View):
    @extend_schema(responses={200: dict})
    def get(self, request: Request) -> Response:
        """The log's public keys (vkeys), the keys of statements, and who you are to them.

        `log` signs now; `logKeys` are all with the least size that each signs: the first is the one to keep.
        `you` is what the collector of evidence that you hand in has as id and person.
        """
        by, log = self.principal(request), public_key()
        rows = SigningKey.objects.visible_to(by).with_index()
        reigns = log.reigns if log else ()
        return Response(
            {
                "log": log.vkey if log else None,
                "logKeys": [{"vkey": key.vkey, "since": key.since} for key in reigns],
                "statements": [shown(row) for row in rows],
                "you": {"account": str(by.account_id), "person": str(by.person_id)},
            }
        )

    @extend_schema(request=KeyInput, responses={201: dict})
    @once
    def post(self, request: Request) -> Response:
        """Register the public half of a pipeline's key."""
        by, body = self.principal(request), body_of(KeyInput(data=request.data))
        token = tokens_for_keys(by).filter(pk=body["token"]).first()
        if token is None:
            raise NotFound(
                "not_found",
                "No live token that may submit evidence, and for which you may register keys, has this id.",
            )
        key = register_key(token, body["public"], by=by, expires=body.get("expires"))
        return Response(shown_of(key.keyid), status=201)


class KeyRevocations(View):
    @extend_schema(request=RevocationInput, responses={201: dict})
    @once
    def post(self, request: Request, keyid: str) -> Response:
        """Revoke a pipeline's key. From that log size on its passes are gone; its failures stay."""
        by, body = self.principal(request), body_of(RevocationInput(data=request.data))
        revoke_key(find_key(keyid, by), body["why"], by=by, from_size=body.get("fromSize"))
        return Response(shown_of(keyid), status=201)


def shown_of(keyid: str) -> dict[str, Any]:
    return shown(SigningKey.objects.with_index().get(pk=keyid))


def shown(row: Any) -> dict[str, Any]:
    """A row of `with_index`."""
    return {
        "keyid": row.keyid,
        "public": row.public,
        "purpose": row.purpose,
        "account": str(row.account_id) if row.account_id else None,
        "person": str(row.person_id) if row.person_id else None,
        "registeredAt": row.log_index,
        "expires": instant(row.expires_at) if row.expires_at else None,
        "revocations": [
            {"index": one.log_index, "from": one.from_size, "why": one.why}
            for one in row.revocations.all()
        ],
    }
