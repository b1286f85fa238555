"""How long reports are kept, reviews, holds, disposal and data subject requests. Start with `retention/keeping.py`."""
