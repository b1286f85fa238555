"""The supervisor's board for a desk, with its charts."""
