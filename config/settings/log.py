"""The log and its keys: where keys live, where checkpoints are sent, how long people's words are kept."""

from __future__ import annotations

from config.settings.readers import env_int, env_secret, env_text

# Empty: a file in MUNIMENT_HOME/keys that is made at first use. docs/security/log.md has the forms.
LOG_KEY = env_text("MUNIMENT_LOG_KEY", "")
EVIDENCE_KEY = env_text("MUNIMENT_EVIDENCE_KEY", "")
# Places that hold the log's heads, between white space or commas.
ANCHORS = env_secret("MUNIMENT_ANCHORS").replace(",", " ").split()
# The start-up check refuses fewer than 190: a statute asks for six months.
LOG_RETENTION_DAYS = env_int("MUNIMENT_LOG_RETENTION_DAYS", 3653, least=0, most=36_530)
