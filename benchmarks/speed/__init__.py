"""How fast the kernels are, against C, NumPy and the libraries people use."""
