"""The kernels again, slow and obvious, in NumPy and plain Python.

The oracle of the tests, and what runs where numba cannot.
"""
