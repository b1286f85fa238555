"""Rota planning for a desk, with shifts, the weekly pattern, imports and the on-call list.

Start reading at `rota/planning.py`. What a desk still has to cover is computed in `desks/rota_cover.py`. Who is on duty
now is in `duty/rota.py`.
"""
