"""The part of a specialist desk that Django starts: it registers the desk."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig, apps
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from heedline.desk_hooks import register


class SpecialistDeskConfig(AppConfig):
    """Base of every specialist desk's AppConfig. The desk's `registration.py` holds DESK, a `hooks.SpecialistDesk`."""

    default = False

    def __init_subclass__(cls) -> None:
        """Make the desk's own class the one that Django takes from its `apps.py`, and not this one beside it."""
        cls.default = True

    def ready(self) -> None:
        """Register the desk, once all models are loaded."""
        register.add(import_module(f"{self.name}.registration").DESK)


class DeskHooksConfig(AppConfig):
    """Stands last among the installed apps and closes the register."""

    name = "heedline.desk_hooks"
    label = "desk_hooks"
    default = True

    def ready(self) -> None:
        """Take no further desk. Raise ImproperlyConfigured when one of the setting has not registered."""
        desks = {one.name for one in apps.get_app_configs() if isinstance(one, SpecialistDeskConfig)}
        for name in settings.SPECIALIST_DESKS:
            if name not in desks:
                raise ImproperlyConfigured(f"{name} has no SpecialistDeskConfig in its apps.py.")
        register.close()
