from heedline.desk_hooks.apps import SpecialistDeskConfig


class MaterialConfig(SpecialistDeskConfig):
    name = "heedline.specialist_desks.material"
    label = "material"
