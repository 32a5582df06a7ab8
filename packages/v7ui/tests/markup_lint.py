"""Finds raw strings on their way to an API that parses markup. Reads code, runs none of it."""

import ast

WIDGETS = frozenset(
    "Static Label Button Checkbox RadioButton Collapsible Digits Header Link Markdown Option OptionList Pretty RichLog "
    "Log Select Selection SelectionList Switch Tab TabPane Tabs Toast Tooltip Tree DataTable Placeholder".split()
)
CALLS = frozenset("notify update from_markup add_option add_row add_column add_leaf write from_text exit panic".split())
ATTRIBUTES = frozenset("tooltip border_title border_subtitle label prompt renderable content".split())
NAMED = frozenset("message content label title".split())
FILES = frozenset("file _file sys".split())
"""What `write` and `exit` are called on when no widget is meant."""
SAFE = frozenset({"Content", "Text"})


def risks(code: str) -> list[str]:
    """Line and name of every call or assignment where a string that is not ours could be read as markup."""
    found = []
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Call):
            found += [f"{node.lineno} {name}" for name in _call(node)]
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names = [each.attr for each in targets if isinstance(each, ast.Attribute) and each.attr in ATTRIBUTES]
            found += [f"{node.lineno} {name}" for name in names if node.value is not None and not _safe(node.value)]
    return sorted(found)


def _call(node: ast.Call) -> list[str]:
    method = isinstance(node.func, ast.Attribute)
    name = node.func.attr if method else getattr(node.func, "id", "")
    plain = any(word.arg == "markup" and getattr(word.value, "value", None) is False for word in node.keywords)
    given = [*node.args, *(word.value for word in node.keywords if word.arg in NAMED)]
    found = [f"{name}(tooltip=)" for word in node.keywords if word.arg == "tooltip" and not _safe(word.value)]
    if name == "setattr" and len(node.args) == 3 and not _safe(node.args[2]):
        attribute = node.args[1]
        if not isinstance(attribute, ast.Constant) or attribute.value in ATTRIBUTES:
            found.append("setattr")
    receiver = node.func.value if isinstance(node.func, ast.Attribute) else None
    ours = getattr(receiver, "id", getattr(receiver, "attr", ""))
    if name in WIDGETS or (method and name in CALLS and ours not in FILES):
        found += [name] if not plain and not all(map(_safe, given)) else []
    return found


def _safe(node: ast.expr) -> bool:
    """A literal without brackets, something that is no text, or text wrapped so that it stays text."""
    if isinstance(node, ast.Constant):
        return not isinstance(node.value, str) or "[" not in node.value
    return isinstance(node, ast.Call) and getattr(node.func, "id", "") in SAFE
