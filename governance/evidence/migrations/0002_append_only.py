from __future__ import annotations

from django.db import migrations

CREATE = """
CREATE FUNCTION muniment_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % is refused', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER evidence_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON evidence_evidence
    FOR EACH STATEMENT EXECUTE FUNCTION muniment_refuse_change();
CREATE TRIGGER leaf_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_leaf
    FOR EACH STATEMENT EXECUTE FUNCTION muniment_refuse_change();
CREATE TRIGGER checkpoint_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_checkpoint
    FOR EACH STATEMENT EXECUTE FUNCTION muniment_refuse_change();
"""
DROP = """
DROP TRIGGER checkpoint_append_only ON audit_checkpoint;
DROP TRIGGER leaf_append_only ON audit_leaf;
DROP TRIGGER evidence_append_only ON evidence_evidence;
DROP FUNCTION muniment_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = (("evidence", "0001_initial"), ("audit", "0001_initial"))
    operations = (migrations.RunSQL(CREATE, DROP),)
