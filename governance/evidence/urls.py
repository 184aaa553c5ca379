from __future__ import annotations

from django.urls import path

from governance.evidence.views import anchors, evidence, keys, log, words

urlpatterns = [
    path("log", log.log, name="log"),
    path("log/checkpoints", log.checkpoints, name="checkpoints"),
    path("log/checkpoint", log.log_checkpoint, name="log-checkpoint"),
    path("log/anchors", anchors.anchors, name="anchors"),
    path("log/keys", keys.keys, name="keys"),
    path("log/keys/register", keys.key_register, name="key-register"),
    path("log/keys/<str:keyid>/revoke", keys.key_revoke, name="key-revoke"),
    path("log/words", words.words, name="words"),
    path("log/holds/<uuid:pk>/lift", words.hold_lift, name="hold-lift"),
    path("log/<int:index>", log.log_entry, name="log-entry"),
    path("log/<int:index>/entry", log.log_entry_bytes, name="log-entry-bytes"),
    path("log/<int:index>/proof", log.log_proof, name="log-proof"),
    path("evidence", evidence.evidence_list, name="evidence-list"),
    path("evidence/<str:pk>", evidence.evidence, name="evidence"),
    path("evidence/<str:pk>/envelope", evidence.evidence_envelope, name="evidence-envelope"),
]
