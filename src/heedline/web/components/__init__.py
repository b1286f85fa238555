"""Page shells, components, forms and styles shared by every site.

Nothing here depends on a model or a vault.
"""
