"""Django's settings. What an operator may set comes from the environment: deploy/README.md."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

from config.servers import Layout
from config.settings.broker import *  # noqa: F403
from config.settings.database import database_for, process_role
from config.settings.log import *  # noqa: F403
from config.settings.logs import *  # noqa: F403
from config.settings.mail import *  # noqa: F403
from config.settings.readers import env_bool, env_int, env_word
from config.settings.rest import *  # noqa: F403
from config.settings.security import *  # noqa: F403
from config.start import data_folder

BASE_DIR = Path(__file__).resolve().parents[2]
MUNIMENT_HOME = data_folder()
KEYS_DIR = MUNIMENT_HOME / "keys"
ARTEFACTS_DIR = MUNIMENT_HOME / "artefacts"
REPORTS_DIR = MUNIMENT_HOME / "reports"
MEDIA_ROOT = MUNIMENT_HOME / "media"

VERSION = "0.1.0"
UPLOAD_LIMIT_BYTES = env_int("MUNIMENT_UPLOAD_MIB", 512, least=1, most=8192) * 2**20

# A declaration of the operator's, shown on the page of keys as one.
KEY_SEPARATION = env_word("MUNIMENT_KEY_SEPARATION", "same", ("same", "separate"))

DEBUG = env_bool("MUNIMENT_DEBUG", False)
DEMO = env_bool("MUNIMENT_DEMO", False)
GALLERY = env_bool("MUNIMENT_GALLERY", False)

# The rooms, lowest first. One without an apps.py is not there yet.
ROOMS = (
    "governance.audit",
    "governance.identity",
    "governance.work",
    "governance.evidence",
    "governance.registry",
    "governance.assessment",
    "governance.gates",
    "lineage",
    "inference",
    "monitoring",
    "risk",
    "reports",
    "packages",
)


def has_apps_module(room: str) -> bool:
    return (BASE_DIR / room.replace(".", "/") / "apps.py").exists()


INSTALLED_APPS = [
    "config",
    *(room for room in ROOMS if has_apps_module(room)),
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "csp",
    "django_htmx",
    "django_filters",
    "template_partials",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
]
AUTH_USER_MODEL = "identity.Account"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "config.requests.PrivateMiddleware",
    "config.requests.NulMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "governance.identity.sessions.PrincipalMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "config.pages.shell.shell",
            ],
        },
    },
]

# One alias; which role it connects with is a matter of the process (config.start).
DATABASES = {"default": database_for(process_role(), Layout(MUNIMENT_HOME))}

LANGUAGE_CODE = "en-gb"
USE_TZ = True
TIME_ZONE = "UTC"

LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "/"


def font_folder(package: str) -> Path:
    """The font files of an installed font package."""
    spec = importlib.util.find_spec(package)
    assert spec is not None and spec.submodule_search_locations, f"{package} is not installed"
    return Path(spec.submodule_search_locations[0]) / "files"


FONT_FOLDERS = {
    "source-sans": font_folder("font_source_sans_pro"),
    "source-serif": font_folder("font_source_serif_pro"),
}
STATIC_URL = "/static/"
STATIC_ROOT = MUNIMENT_HOME / "static"
STATICFILES_DIRS = [(f"fonts/{name}", folder) for name, folder in FONT_FOLDERS.items()]
# Hashed names need `collectstatic` (manage.py up does it); without, files come from the packages.
HASHED_STATIC = env_bool("MUNIMENT_HASHED_STATIC", False)
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = not HASHED_STATIC
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"
        if HASHED_STATIC
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
