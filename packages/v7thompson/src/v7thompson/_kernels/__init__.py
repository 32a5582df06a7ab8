"""Compiled loops. They check nothing, so only the faces that check shapes call them.

Importing this package loads no numba; importing one of its modules does. `v7thompson.backend` chooses between these
modules and their NumPy twins in `v7thompson._plain`.
"""
