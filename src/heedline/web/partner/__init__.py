"""The partners' site: what was sent to a partner, and the keys of its people. Its own process and origin."""
