from __future__ import annotations

from django.db import migrations

CREATE = """
CREATE TRIGGER lineage_event_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON lineage_rawevent
    FOR EACH STATEMENT EXECUTE FUNCTION muniment_refuse_change();
"""
DROP = "DROP TRIGGER lineage_event_append_only ON lineage_rawevent;"


class Migration(migrations.Migration):
    dependencies = (("lineage", "0001_initial"), ("evidence", "0002_append_only"))
    operations = (migrations.RunSQL(CREATE, DROP),)
