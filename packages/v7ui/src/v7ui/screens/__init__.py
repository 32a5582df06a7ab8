"""The screens of V7."""
