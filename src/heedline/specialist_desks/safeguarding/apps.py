from heedline.desk_hooks.apps import SpecialistDeskConfig


class SafeguardingConfig(SpecialistDeskConfig):
    name = "heedline.specialist_desks.safeguarding"
    label = "safeguarding"
