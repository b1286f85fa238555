"""Decoders that run inside the sandbox, each as a separate program.

They see standard input, the standard library, the decoding libraries and `frames.py`, and never the rest of
Heedline. Whatever they write is read with suspicion.
"""
