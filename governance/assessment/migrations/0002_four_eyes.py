from __future__ import annotations

from django.db import migrations

CREATE = """
CREATE FUNCTION assessment_refuse_barred() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE asked assessment_approvalrequest%ROWTYPE;
BEGIN
    SELECT * INTO asked FROM assessment_approvalrequest WHERE id = NEW.request_id;
    IF NEW.person_id = ANY(asked.barred) OR NEW.person_id = asked.requested_by_id THEN
        RAISE EXCEPTION 'four eyes: who made or asked for this cannot decide it'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'approval_four_eyes';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER approval_four_eyes BEFORE INSERT OR UPDATE ON assessment_approval
    FOR EACH ROW EXECUTE FUNCTION assessment_refuse_barred();
CREATE FUNCTION assessment_keep_barred() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.barred, NEW.subject_digest, NEW.subject_kind, NEW.subject_id, NEW.purpose,
        NEW.requested_by_id, NEW.role, NEW.unit_id)
       IS DISTINCT FROM
       (OLD.barred, OLD.subject_digest, OLD.subject_kind, OLD.subject_id, OLD.purpose,
        OLD.requested_by_id, OLD.role, OLD.unit_id) THEN
        RAISE EXCEPTION 'what a request asks, and who is barred, never changes'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'approval_request_fixed';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER approval_request_fixed BEFORE UPDATE ON assessment_approvalrequest
    FOR EACH ROW EXECUTE FUNCTION assessment_keep_barred();
"""
DROP = """
DROP TRIGGER approval_request_fixed ON assessment_approvalrequest;
DROP FUNCTION assessment_keep_barred();
DROP TRIGGER approval_four_eyes ON assessment_approval;
DROP FUNCTION assessment_refuse_barred();
"""


class Migration(migrations.Migration):
    dependencies = (("assessment", "0001_initial"),)
    operations = (migrations.RunSQL(CREATE, DROP),)
