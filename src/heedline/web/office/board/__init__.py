"""The supervisor's board of a desk, with its charts."""
