"""The `heedline doctor` command, which checks an installation. Start at ``checks``."""
