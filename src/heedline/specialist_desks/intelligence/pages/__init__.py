"""Pages of the intelligence desk: beginning a product at a report, writing, checking, approving."""
