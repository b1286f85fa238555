"""Django settings for every process, selected by `HEEDLINE_PROCESS`.

The sections are in reading order. Every value comes from a typed reader that names the variable if it is
missing or malformed. No secret has a default outside the test process.
"""

from __future__ import annotations

import sys
from urllib.parse import urlsplit

from heedline.config import environment as env
from heedline.config import single_sign_on, specialist_desks
from heedline.config.databases import database_settings
from heedline.config.edition import edition
from heedline.config.origins import has_a_name

# --- which process -----------------------------------------------------------------------------------------------
TESTING = "pytest" in sys.modules
#: public | office | partner | files | worker | migrate; a process without a name (mypy, checks, tests) serves nothing.
PROCESS = env.text("HEEDLINE_PROCESS", default="none")
DEMO = env.flag("HEEDLINE_DEMO", default=False)
#: Whether people of partners sign in here, and nobody else; at the office it is the other way round.
FOR_PARTNERS = PROCESS == "partner"
DEBUG = False

# --- this installation -------------------------------------------------------------------------------------------
HOME = env.path("HEEDLINE_HOME", default="var")
PACK = env.text("HEEDLINE_PACK", default="uk")
#: Random text, the same in every process of an installation: bound into every sealed thing and every statement.
INSTALLATION = env.text("HEEDLINE_INSTALLATION", default="unnamed-installation")
#: Which edition of the program this is, for papers that say what it does.
EDITION = edition()
#: Hex of the Ed25519 key that every public key's statement must chain to.
ROOT = env.text("HEEDLINE_ROOT", default="")
PUBLIC_URL = env.text("HEEDLINE_PUBLIC_URL", default="http://127.0.0.1:8000")
OFFICE_URL = env.text("HEEDLINE_OFFICE_URL", default="http://localhost:8001")
PARTNER_URL = env.text("HEEDLINE_PARTNER_URL", default="http://127.0.0.3:8003")
FILES_URL = env.text("HEEDLINE_FILES_URL", default="http://127.0.0.2:8002")
#: The origin of this process's site: the only one that it answers (`gateway.front`).
OWN_URL = {"public": PUBLIC_URL, "partner": PARTNER_URL, "files": FILES_URL}.get(PROCESS, OFFICE_URL)
#: Processes where nobody signs in.
_NOBODY_SIGNS_IN = PROCESS in {"public", "files"}
#: A passkey is bound to a name: where the site's host is an address, none is offered.
PASSKEYS = has_a_name(OWN_URL)
#: Cookies are shared across the ports of a host, so two instances need different names.
INSTANCE = env.text("HEEDLINE_INSTANCE", default="8000")
#: The one header in which the proxy in front names the visitor's address: for counting in memory, never kept.
CLIENT_HEADER = env.text("HEEDLINE_CLIENT_HEADER", default="")
#: Bytes that all unfinished reports together may take on the database's disk.
DRAFT_ROOM = env.megabytes("HEEDLINE_DRAFT_ROOM_MB", default=512)
#: Bytes that drafts leave free on that disk: room for reports.
KEEP_FREE = env.megabytes("HEEDLINE_KEEP_FREE_MB", default=512)
#: A folder on the database's disk, where this process can see one.
DATABASE_DISK = (
    env.path("HEEDLINE_DATABASE_DISK", default="") if env.text("HEEDLINE_DATABASE_DISK", default="") else None
)
#: The folder in which the sealed files of reports are kept, by every process that takes or reads them.
FILES = env.path("HEEDLINE_FILES", default=str(HOME / "files"))
#: Bytes that files leave free on their disk: room for reports in words.
FILES_KEEP_FREE = env.megabytes("HEEDLINE_FILES_KEEP_FREE_MB", default=1024)
#: A bucket of S3-compatible object storage, in which they are kept instead of the folder. Empty: none.
FILES_BUCKET, FILES_S3 = env.object_storage()
#: Where ClamAV's clamd is asked about files: the path of its socket, or host:port. Empty: nowhere.
CLAMD = env.text("HEEDLINE_CLAMD", default="")
PAGES_DIR = env.path("HEEDLINE_PAGES_DIR", default=str(HOME / "pages"))
PAGE_WEBHOOK = env.text("HEEDLINE_PAGE_WEBHOOK", default="")
PAGE_MAIL_FROM = env.text("HEEDLINE_PAGE_MAIL_FROM", default="heedline@example.org")
#: Pages about danger have a channel of their own: another sender, and another address that they are posted to.
PAGE_DANGER_WEBHOOK = env.text("HEEDLINE_PAGE_DANGER_WEBHOOK", default="")
PAGE_DANGER_MAIL_FROM = env.text("HEEDLINE_PAGE_DANGER_MAIL_FROM", default=PAGE_MAIL_FROM)
#: From where pages are captured: names, each with the proxy that leads there ("here, away=10.0.0.5:3128").
CAPTURE_VANTAGES = env.text("HEEDLINE_CAPTURE_VANTAGES", default="here")
#: Networks of the organisation itself that no capture may reach although they are public.
CAPTURE_DENIED = env.text("HEEDLINE_CAPTURE_DENIED", default="")
#: The port of the small internet to which reserved names lead. Only a demonstration has one.
SMALL_INTERNET = (
    env.port("HEEDLINE_SMALL_INTERNET_PORT", default=1)
    if DEMO and env.text("HEEDLINE_SMALL_INTERNET_PORT", default="")
    else 0
)
#: The timestamp authority (RFC 3161), and the file of certificates that it is verified against. Empty: none.
TIME_STAMPS_URL = env.text("HEEDLINE_TIME_STAMPS_URL", default="")
TIME_STAMPS_ROOTS = env.text("HEEDLINE_TIME_STAMPS_ROOTS", default="")
#: Tests lower the cost of unlocking; nothing else may.
TEST_ARGON = TESTING

#: The public and the files site serve no specialist desk, and do not even have the code of one loaded.
SPECIALIST_DESKS = [] if _NOBODY_SIGNS_IN else specialist_desks.packages()

# --- secrets -----------------------------------------------------------------------------------------------------
SECRET_KEY = env.secret(
    "HEEDLINE_SECRET_KEY",
    default="only-for-checks-and-tests" if PROCESS == "none" else None,
)

#: Hex of the Ed25519 seed that signs the log's checkpoints: the worker's, and no other process's.
LOG_KEY = env.secret("HEEDLINE_LOG_KEY", default="")
#: The key that opens the arrival canary's reports and no others: the worker's alone. Empty: no canary is expected.
CANARY_KEY = env.secret("HEEDLINE_CANARY_KEY", default="")
#: How the log is called in checkpoints; made from the installation when nobody chose.
LOG_NAME = env.text("HEEDLINE_LOG_NAME", default="")

# --- database ----------------------------------------------------------------------------------------------------
DATABASES = database_settings(PROCESS)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- applications ------------------------------------------------------------------------------------------------
# Nearly the same list in every process, so that there is one history of migrations; what a process may touch is
# decided by its database role, its urls and its middleware.
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.staticfiles",
    # signing in is for those who have keys; the public process must not even have the code loaded
    *([] if _NOBODY_SIGNS_IN else ["allauth", "allauth.account", "allauth.mfa"]),
    # the worker's jobs: no site reads them, and the office's commands look at the migrations
    *([] if PROCESS in {"public", "partner", "files"} else ["procrastinate.contrib.django"]),
    "heedline.audit",
    "heedline.dispatch",
    "heedline.desks",
    "heedline.intake",
    "heedline.reports",
    "heedline.permits",
    "heedline.database",
    "heedline.web.components",
    "heedline.web.public",
    "heedline.web.entrance",
    "heedline.web.shell",
    *([] if FOR_PARTNERS else ["heedline.web.office"]),
    "heedline.web.partner",
    "heedline.web.viewer",
    *SPECIALIST_DESKS,
    "heedline.desk_hooks",  # last: it closes the register that the desks fill
]
AUTH_USER_MODEL = "desks.Officer"

# --- web ---------------------------------------------------------------------------------------------------------
ROOT_URLCONF = f"heedline.config.urls_{PROCESS if PROCESS in {'public', 'partner', 'files'} else 'office'}"
ALLOWED_HOSTS = [urlsplit(OWN_URL).hostname or ""] if PROCESS != "none" else ["localhost", "testserver"]
SECURE = not DEMO and not TESTING
_HOST_ONLY = "__Host-" if SECURE else ""
DRAFT_COOKIE = f"{_HOST_ONLY}hl_draft_{INSTANCE}"
VISIT_COOKIE = f"{_HOST_ONLY}hl_visit_{INSTANCE}"
HELD_COOKIE = f"{_HOST_ONLY}hl_held_{'par_' if FOR_PARTNERS else ''}{INSTANCE}"
KNOWN_COOKIE = f"{_HOST_ONLY}hl_known_{'par_' if FOR_PARTNERS else ''}{INSTANCE}"
CALL_COOKIE = f"{_HOST_ONLY}hl_call_{INSTANCE}"
SESSION_COOKIE_NAME = f"{_HOST_ONLY}hl_{'partner' if FOR_PARTNERS else 'office'}_{INSTANCE}"
CSRF_COOKIE_NAME = (
    f"{_HOST_ONLY}hl_csrf_{PROCESS[:3] if PROCESS in {'public', 'partner'} else 'off'}_{INSTANCE}"
)
CSRF_COOKIE_AGE = None  # gone with the browser: a year-old cookie would be a trace of the visit
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = SESSION_COOKIE_SAMESITE = "Strict"
CSRF_COOKIE_SECURE = SESSION_COOKIE_SECURE = SECURE
CSRF_FAILURE_VIEW = "heedline.web.refusals.csrf_failure"
PUBLIC_CSRF_FAILURE = "heedline.web.public.report.without_cookies.forgery_check_failed"
PUBLIC_TOO_BUSY = "heedline.web.public.shell.recovery.too_busy"
# Which site frames a page: the modules below the sites look it up here.
PAGE_CONTEXTS = {
    f"heedline.config.urls_{site}": f"heedline.web.{site}.page_context.page_context"
    for site in ("public", "office", "partner")
}
SESSION_ENGINE = "heedline.casework.access.session_store"
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = 12 * 3600
SESSION_SAVE_EVERY_REQUEST = False

#: What every response goes through, also on the way of `gateway.intake_first`.
GUARDS = [
    "heedline.web.guard.PrivacyHeaders",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
]
PUBLIC_MIDDLEWARE = [
    *GUARDS,
    "heedline.web.public.shell.languages.LanguageOfTheAddress",
    "django.middleware.csrf.CsrfViewMiddleware",
    "heedline.web.refusals.RefusalsBecomePages",
]
OFFICE_MIDDLEWARE = [
    *GUARDS,
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "heedline.web.office.middleware.OfficeOnTheRecord",
    "heedline.web.refusals.RefusalsBecomePages",
]
PARTNER_MIDDLEWARE = [
    "heedline.web.entrance.middleware.OnTheRecord"
    if one == "heedline.web.office.middleware.OfficeOnTheRecord"
    else one
    for one in OFFICE_MIDDLEWARE
]
#: No session, no cookie, no form: a page of the files origin has what it needs in its address.
FILES_MIDDLEWARE = [*GUARDS, "heedline.web.viewer.middleware.ViewerGuard"]
MIDDLEWARE = {
    "public": PUBLIC_MIDDLEWARE,
    "partner": PARTNER_MIDDLEWARE,
    "files": FILES_MIDDLEWARE,
}.get(PROCESS, OFFICE_MIDDLEWARE)
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "heedline.web.page_context.page_context",
                *(
                    [
                        "django.contrib.auth.context_processors.auth",
                        "django.contrib.messages.context_processors.messages",
                    ]
                    if not _NOBODY_SIGNS_IN
                    else []
                ),
            ],
        },
    }
]
SECURE_CSP = {
    "default-src": ["'none'"],
    "style-src": ["'self'"],
    "script-src": ["'self'"],
    "img-src": ["'self'"],
    "font-src": ["'self'"],
    "connect-src": ["'self'"],
    "media-src": ["'self'"],
    "form-action": ["'self'"],
    "base-uri": ["'none'"],
    "frame-ancestors": ["'none'"],
}
# `no-referrer` breaks Django's strict CSRF check over TLS; `same-origin` sends nothing to other sites.
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_HSTS_SECONDS = 31536000 if SECURE else 0
SECURE_SSL_REDIRECT = (
    False  # the proxy in front does it: a redirect here would have seen the request in clear
)
# A page is at most this long; longer bodies are refused before they are parsed.
DATA_UPLOAD_MAX_MEMORY_SIZE = 256 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 400
# No plaintext file may touch a disk. Django takes no files: `gateway.front` passes them on while they arrive, sealed.
FILE_UPLOAD_HANDLERS: list[str] = []

# --- signing in --------------------------------------------------------------------------------------------------
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = (
    ["django.contrib.auth.hashers.MD5PasswordHasher"]
    if TESTING
    else ["django.contrib.auth.hashers.ScryptPasswordHasher"]
)
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "/sign-in/"
LOGIN_REDIRECT_URL = "/w/"
LOGOUT_REDIRECT_URL = "/sign-in/"
ACCOUNT_ADAPTER = "heedline.web.entrance.signing_in.AccountAdapter"
MFA_ADAPTER = "heedline.web.entrance.signing_in.SecondFactorAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_EMAIL_NOTIFICATIONS = False
ACCOUNT_PREVENT_ENUMERATION = True
# Our own throttle counts by account and by known device; allauth's counts by address, which we do not look at.
ACCOUNT_RATE_LIMITS = False
MFA_RATE_LIMITS = False
# In the session row, which is sealed; the default would put the names of desks into a cookie.
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
MFA_SUPPORTED_TYPES = ["totp", *(["webauthn"] if PASSKEYS else []), "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = PASSKEYS
MFA_TOTP_ISSUER = "Heedline"
#: The provider of single sign-on, or None. Nobody but the office may know its secret.
SSO = single_sign_on.from_environment() if PROCESS in {"office", "none"} else None

# --- caches, mail, logs ------------------------------------------------------------------------------------------
# Memory of one process only: a shared cache would be one more place to look for people in.
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
MAILERS: dict[str, dict[str, object]] = {
    "default": {"BACKEND": "heedline.dispatch.folder.FolderMail"}
    if DEMO or TESTING
    else {
        "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "OPTIONS": {
            "host": env.text("HEEDLINE_MAIL_HOST", default="localhost"),
            "port": env.port("HEEDLINE_MAIL_PORT", default=25),
            "username": env.text("HEEDLINE_MAIL_USER", default=""),
            "password": env.secret("HEEDLINE_MAIL_PASSWORD", default=""),
            "use_tls": env.flag("HEEDLINE_MAIL_TLS", default=False),
            "timeout": 10,  # a mail server that hangs must not stop the pager
        },
    }
}
#: The mail server through which notices to companies leave, the office's alone. Without a host of its own, that of pages;
#: a demonstration writes them to the folder of pages, unless it is told of a server.
NOTICE_MAIL = {
    "host": env.text(
        "HEEDLINE_NOTICE_MAIL_HOST",
        default="" if DEMO or TESTING else env.text("HEEDLINE_MAIL_HOST", default=""),
    ),
    "port": env.port("HEEDLINE_NOTICE_MAIL_PORT", default=25),
    "user": env.text("HEEDLINE_NOTICE_MAIL_USER", default=""),
    "password": env.secret("HEEDLINE_NOTICE_MAIL_PASSWORD", default=""),
    "tls": env.flag("HEEDLINE_NOTICE_MAIL_TLS", default=not (DEMO or TESTING)),
}
#: From which the secret of each company is made, with which requests to its system are signed. The office's alone.
NOTICE_KEY = env.secret("HEEDLINE_NOTICE_KEY", default="only-for-demonstrations" if DEMO or TESTING else "")
#: In demonstrations and tests only: loopback addresses that stand in for reserved names, by beginning of the address.
NOTICE_STAND_INS: dict[str, str] = {}
ADMINS: list[tuple[str, str]] = []  # no error mail: it would carry what a person sent
LOGGING_CONFIG = "heedline.config.quiet_logs.configure"
LOGGING: dict[str, object] = {
    "by": "heedline.config.quiet_logs"
}  # an empty one would leave Django's own in place

# --- language, time ----------------------------------------------------------------------------------------------
#: Stands for the pack's first language, whose addresses have no prefix; the pack names the others.
LANGUAGE_CODE = "en-gb"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"
#: The zone that officers read times in.
OFFICE_ZONE = env.text("HEEDLINE_ZONE", default="Europe/London")

# --- static files ------------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = HOME / "static"
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.InMemoryStorage"
    },  # no file of ours goes through Django's storage
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if TESTING or PROCESS == "none"
        else "heedline.config.static_files.StaticStorage"
    },
}
SILENCED_SYSTEM_CHECKS: list[str] = []
