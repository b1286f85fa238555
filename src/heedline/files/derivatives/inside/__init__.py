"""The decoders that run inside the sandbox, each as a program of its own.

They see standard input, the standard library, the decoding libraries and `frames.py`, and never the rest of
Heedline. Whatever they write is read with suspicion.
"""
