from __future__ import annotations

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

import governance.audit.ids


class Migration(migrations.Migration):
    dependencies = [
        ("evidence", "0002_append_only"),
        ("identity", "0003_sign_in"),
    ]

    operations = [
        migrations.CreateModel(
            name="KeyRevocation",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=governance.audit.ids.new_id,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("from_size", models.BigIntegerField()),
                (
                    "why",
                    models.CharField(
                        choices=[
                            ("retired", "retired: another key takes its place"),
                            ("lost", "lost: nobody holds the private key any more"),
                            ("compromised", "compromised: somebody else may hold the private key"),
                        ],
                        max_length=12,
                    ),
                ),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                ("entry_id", models.UUIDField(unique=True)),
            ],
            options={
                "ordering": ("at",),
            },
        ),
        migrations.RemoveField(
            model_name="signingkey",
            name="revoked_at",
        ),
        migrations.AddField(
            model_name="evidence",
            name="keyid",
            field=models.CharField(blank=True, max_length=80),
        ),
        migrations.AddField(
            model_name="signingkey",
            name="entry_id",
            field=models.UUIDField(null=True, unique=True),
        ),
        migrations.AddField(
            model_name="signingkey",
            name="expires_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="signingkey",
            name="person",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="identity.person",
            ),
        ),
        migrations.AddField(
            model_name="signingkey",
            name="unit",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="identity.unit",
            ),
        ),
        migrations.AddIndex(
            model_name="evidence",
            index=models.Index(fields=["keyid"], name="evidence_keyid"),
        ),
        migrations.AddField(
            model_name="keyrevocation",
            name="key",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="revocations",
                to="evidence.signingkey",
            ),
        ),
        migrations.AddConstraint(
            model_name="keyrevocation",
            constraint=models.UniqueConstraint(
                fields=("key", "from_size"), name="key_revoked_once_from"
            ),
        ),
    ]
