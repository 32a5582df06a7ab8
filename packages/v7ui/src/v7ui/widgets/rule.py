"""The line between a list and what is read below it."""

from v7ui.widgets.painted import Line, Painted


class Rule(Painted):
    """Where one is and what narrows the list, at the left; what was done, at the right."""

    DEFAULT_CSS = "Rule { height: 1; }"
    left = ""
    right = ""

    def show(self, left: str, right: str) -> None:
        """Replace both ends."""
        if (left, right) != (self.left, self.right):
            self.left, self.right = left, right
            self.repaint()

    def paint(self, width: int, height: int) -> list[Line]:
        rule = self.look().glyphs.rule
        left, right = (f" {text} " if text else "" for text in (self.left, self.right))
        space = max(0, width - 2 - len(left) - len(right))
        return [[(rule, "rule"), (left, "dim"), (rule * space, "rule"), (right, "dim"), (rule, "rule")]]
