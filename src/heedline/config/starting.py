"""Fast process start, with garbage collection disabled while Django is set up."""

from __future__ import annotations

import atexit
import gc
from collections.abc import Iterator
from contextlib import contextmanager

import django


@contextmanager
def loading() -> Iterator[None]:
    """Disable garbage collection while modules are loaded, and exempt them from it afterwards.

    Modules are never freed, so scanning them is wasted work: while they are loaded, in each full collection of a site,
    and when the process ends. A process that only starts and ends needs 30 % less processor time.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def set_up_django() -> None:
    """Load the settings, and every app with its models."""
    atexit.register(gc.freeze)  # what is loaded later is not looked at either when the process ends
    with loading():
        django.setup()
