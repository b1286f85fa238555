"""The `heedline keys` commands: creating, splitting and recovering keys at a terminal. Start at ``commands``."""
