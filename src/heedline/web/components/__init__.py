"""The pieces that every page is made of: shells, components, forms, styles. They know no model and no vault."""
