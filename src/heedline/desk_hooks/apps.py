"""App configurations that register specialist desks when Django starts."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig, apps
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from heedline.desk_hooks import register


class SpecialistDeskConfig(AppConfig):
    """Base class of every specialist desk's AppConfig.

    The desk's `registration.py` holds DESK, a `hooks.SpecialistDesk`.
    """

    default = False

    def __init_subclass__(cls) -> None:
        """Make the subclass, rather than this class, the default AppConfig of the desk's `apps.py`."""
        cls.default = True

    def ready(self) -> None:
        """Register the desk, once all models are loaded."""
        register.add(import_module(f"{self.name}.registration").DESK)


class DeskHooksConfig(AppConfig):
    """The AppConfig that closes the register of specialist desks.

    It must be the last of the installed apps.
    """

    name = "heedline.desk_hooks"
    label = "desk_hooks"
    default = True

    def ready(self) -> None:
        """Close the register of specialist desks.

        Raises ImproperlyConfigured if a desk in the setting has not registered.
        """
        desks = {one.name for one in apps.get_app_configs() if isinstance(one, SpecialistDeskConfig)}
        for name in settings.SPECIALIST_DESKS:
            if name not in desks:
                raise ImproperlyConfigured(f"{name} has no SpecialistDeskConfig in its apps.py.")
        register.close()
