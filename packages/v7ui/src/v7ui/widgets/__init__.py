"""The widgets of V7: each paints plain spans, one a file."""
