from heedline.desk_hooks.apps import SpecialistDeskConfig


class ProtectionConfig(SpecialistDeskConfig):
    name = "heedline.specialist_desks.protection"
    label = "protection"
