from heedline.desk_hooks.apps import SpecialistDeskConfig


class IntelligenceConfig(SpecialistDeskConfig):
    name = "heedline.specialist_desks.intelligence"
    label = "intelligence"
