"""Says for what was signed before keys had entries which key it was, and puts those keys into the log."""

from __future__ import annotations

from django.db import migrations
from django.utils import timezone

from governance.audit import canonical
from governance.audit.actions import COMMAND, instant
from governance.audit.ids import new_id

FILL = """
ALTER TABLE evidence_evidence DISABLE TRIGGER evidence_append_only;
UPDATE evidence_evidence
    SET keyid = coalesce(convert_from(envelope, 'UTF8')::jsonb #>> '{signatures,0,keyid}', '')
    WHERE keyid = '';
ALTER TABLE evidence_evidence ENABLE TRIGGER evidence_append_only;
"""
PROTECT = """
CREATE TRIGGER signingkey_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON evidence_signingkey
    FOR EACH STATEMENT EXECUTE FUNCTION muniment_refuse_change();
CREATE TRIGGER keyrevocation_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON evidence_keyrevocation
    FOR EACH STATEMENT EXECUTE FUNCTION muniment_refuse_change();
"""
UNPROTECT = """
DROP TRIGGER keyrevocation_append_only ON evidence_keyrevocation;
DROP TRIGGER signingkey_append_only ON evidence_signingkey;
"""


def enter(apps, schema_editor):
    outbox = apps.get_model("audit", "OutboxEntry")
    for key in apps.get_model("evidence", "SigningKey").objects.filter(entry_id=None):
        key.entry_id = new_id()
        body = {
            "v": 1,
            "id": str(key.entry_id),
            "at": instant(timezone.now()),
            "action": "key.registered",
            "actor": {
                "account": str(COMMAND.account_id),
                "kind": COMMAND.kind,
                "person": str(COMMAND.person_id),
                "token": None,
            },
            "object": {"type": "key", "id": key.keyid},
            "unit": "/",
            "facts": {
                "keyid": key.keyid,
                "public": key.public,
                "purpose": key.purpose,
                "account": None,
                "person": None,
                "expires": None,
            },
            "texts": {},
            "request": "",
        }
        outbox.objects.create(entry_id=key.entry_id, body=canonical.dumps(body))
        key.save(update_fields=["entry_id"])


class Migration(migrations.Migration):
    dependencies = (("evidence", "0003_keys"), ("audit", "0001_initial"))
    operations = (
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.RunPython(enter, migrations.RunPython.noop),
        migrations.RunSQL(PROTECT, UNPROTECT),
    )
