from heedline.desk_hooks.apps import SpecialistDeskConfig


class ExampleDeskConfig(SpecialistDeskConfig):
    name = "tests.support.example_desk"
    label = "example_desk"
