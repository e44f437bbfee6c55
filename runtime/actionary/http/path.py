"""Where a request goes, counted from where the application is mounted."""

from __future__ import annotations

from starlette.types import Scope


def path_in_app(scope: Scope) -> str:
    """Give the path below ``root_path``; servers and frameworks leave it in or take it off."""
    path: str = scope["path"]
    root: str = scope.get("root_path", "")
    if not root:
        return path
    root = root.rstrip("/")
    if root and path.startswith(root) and path[len(root) : len(root) + 1] in {"", "/"}:
        return path[len(root) :]
    return path
