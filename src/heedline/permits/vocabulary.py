"""The check that specialist desks' codes do not clash with the core's."""

from __future__ import annotations

from django.core.checks import CheckMessage, Error, register

from heedline.audit.acts import Act
from heedline.desk_hooks import register as desks
from heedline.dispatch.letters import AlarmKind, Letter
from heedline.permits.capabilities import Capability

_CORE: tuple[type[Act | Letter | AlarmKind | Capability], ...] = (Act, Letter, AlarmKind, Capability)


def clashes() -> list[str]:
    """Return the codes of registered desks that are prefixes of the core's codes."""
    core = [str(code) for words in _CORE for code in words]
    return [desk.code for desk in desks.desks() if any(code.startswith(f"{desk.code}-") for code in core)]


@register()
def no_desk_takes_a_code_of_the_core(app_configs: object, **_: object) -> list[CheckMessage]:
    """Report an error at start-up for each desk whose code is a prefix of the core's codes."""
    return [Error(f"The code {code} begins codes of the core.", id="heedline.E002") for code in clashes()]
