from __future__ import annotations

from django.db import migrations

REFUSED = {
    "audit_outbox": "UPDATE OR TRUNCATE",
    "audit_tile": "DELETE OR TRUNCATE",
    "audit_entry_text": "UPDATE OR TRUNCATE",
    "audit_anchor": "UPDATE OR DELETE OR TRUNCATE",
    "audit_legal_hold": "UPDATE OR DELETE OR TRUNCATE",
    "audit_erasure": "UPDATE OR DELETE OR TRUNCATE",
    "evidence_signingkey": "DELETE OR TRUNCATE",
}

NARROW = """
CREATE FUNCTION muniment_tile_grows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.level <> OLD.level OR NEW.index <> OLD.index
        OR substr(NEW.hashes, 1, length(OLD.hashes)) <> OLD.hashes THEN
        RAISE EXCEPTION 'a tile only grows: this UPDATE is refused'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER audit_tile_grows BEFORE UPDATE ON audit_tile
    FOR EACH ROW EXECUTE FUNCTION muniment_tile_grows();

CREATE FUNCTION muniment_outbox_sequenced() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM gone LEFT JOIN audit_leaf USING (entry_id)
               WHERE audit_leaf.entry_id IS NULL) THEN
        RAISE EXCEPTION 'an entry leaves the outbox for the log only: this DELETE is refused'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER audit_outbox_sequenced AFTER DELETE ON audit_outbox
    REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION muniment_outbox_sequenced();

CREATE FUNCTION muniment_words_erased() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM audit_erasure WHERE entry_id = OLD.entry_id) THEN
        RAISE EXCEPTION 'words are erased by the verb that enters it: this DELETE is refused'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN OLD;
END $$;
CREATE TRIGGER audit_words_erased BEFORE DELETE ON audit_entry_text
    FOR EACH ROW EXECUTE FUNCTION muniment_words_erased();
"""
WIDE = """
DROP TRIGGER audit_words_erased ON audit_entry_text;
DROP TRIGGER audit_outbox_sequenced ON audit_outbox;
DROP TRIGGER audit_tile_grows ON audit_tile;
DROP FUNCTION muniment_words_erased();
DROP FUNCTION muniment_outbox_sequenced();
DROP FUNCTION muniment_tile_grows();
"""
CREATE = NARROW + "".join(
    f"CREATE TRIGGER {table}_refused BEFORE {what} ON {table} "
    "FOR EACH STATEMENT EXECUTE FUNCTION muniment_refuse_change();\n"
    for table, what in REFUSED.items()
)
DROP = "".join(f"DROP TRIGGER {table}_refused ON {table};\n" for table in REFUSED) + WIDE


class Migration(migrations.Migration):
    dependencies = (("audit", "0002_anchors_holds"), ("evidence", "0002_append_only"))
    operations = (migrations.RunSQL(CREATE, DROP),)
