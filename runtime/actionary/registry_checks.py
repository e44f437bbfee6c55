"""What may not be in one registry together: names, routes, error codes and schemes that clash."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final, NoReturn

from pydantic_core import to_json

from actionary.action_spec import SchemeSpec
from actionary.auth_scheme import AuthScheme
from actionary.defining import AnyAction
from actionary.definition_error import ActionDefinitionError
from actionary.fields import Auth
from actionary.names import camel_case
from actionary.result import ActionError, details_adapter

NO_STORE: Final = (
    "needs approval, and there is no store to keep that in",
    'give the registry one, such as `Registry(store="sqlite:///state.db")`',
)
"""What is wrong with an action whose registry has no store, and the mend."""

NO_APPROVER: Final = (
    "needs approval that nobody can give: the store is in the server's memory, and there is no approver",
    'give the registry an `approver`, or a store on disk, such as `Registry(store="sqlite:///state.db")`',
)
"""What is wrong with an action that waits for a yes nobody can say, and the mend."""


def check_together(asked_by: Mapping[AnyAction, Auth | None]) -> None:
    """Refuse actions that cannot be in one registry; given is what the callers of each are asked by.

    Raises:
        ActionDefinitionError: Forms of two names, routes, shapes of an error code or schemes clash, or
            an action needs scopes that nobody can have.
    """
    actions: Collection[AnyAction] = asked_by.keys()
    _check_forms(actions)
    _check_routes(actions)
    _check_error_shapes(actions)
    _check_scopes(asked_by)
    _check_schemes(asked_by)


def refuse_name(action: AnyAction, other: AnyAction, what: str) -> NoReturn:
    """Refuse an action whose name clashes with that of another.

    Raises:
        ActionDefinitionError: Always.
    """
    raise ActionDefinitionError(
        what,
        mend=f"rename it, or `{other.name}`",
        where=action.definition.where,
        action=action.name,
        field="name",
    )


def _check_forms(actions: Iterable[AnyAction]) -> None:
    """Refuse two names with one camelCase form; names with one PascalCase form or slug have that too."""
    seen: dict[str, AnyAction] = {}
    for action in actions:
        form = camel_case(action.name)
        other = seen.setdefault(form, action)
        if other is not action:
            what = f"its form {form!r} is also that of {other.name!r} at {other.definition.where}"
            refuse_name(action, other, what)


def _check_routes(actions: Iterable[AnyAction]) -> None:
    """Refuse two actions with one path of their own and one method; other paths have names in them."""
    seen: dict[tuple[str, str], AnyAction] = {}
    for action in actions:
        http = action.definition.http
        if http is None or http.path is None:
            continue
        other = seen.setdefault((http.method, http.path), action)
        if other is not action:
            raise ActionDefinitionError(
                f"{http.method} {http.path} is the route of {other.name!r} at {other.definition.where}",
                mend="give one of them another path or method",
                where=action.definition.where,
                action=action.name,
                field="http",
            )


def _check_scopes(asked_by: Mapping[AnyAction, Auth | None]) -> None:
    for action, auth in asked_by.items():
        if action.definition.scopes and auth is None:
            raise ActionDefinitionError(
                "nobody is asked who calls, so nobody has them",
                mend="give the action, or its registry, an `auth` that says who calls",
                where=action.definition.where,
                action=action.name,
                field="scopes",
            )


def _check_schemes(asked_by: Mapping[AnyAction, Auth | None]) -> None:
    """Refuse two schemes of one name that are not alike: callers could not tell what to send."""
    seen: dict[str, tuple[AnyAction, SchemeSpec]] = {}
    for action, auth in asked_by.items():
        if not isinstance(auth, AuthScheme):
            continue
        scheme = auth.scheme
        other_action, other = seen.setdefault(scheme.name, (action, scheme))
        if other != scheme:
            raise ActionDefinitionError(
                f"the scheme {auth.name!r} is another one here than for {other_action.name!r}"
                f" at {other_action.definition.where}",
                mend="give one of the schemes another `name=`",
                where=action.definition.where,
                action=action.name,
                field="auth",
            )


def _check_error_shapes(actions: Iterable[AnyAction]) -> None:
    seen: dict[str, tuple[AnyAction, type[ActionError[Any]]]] = {}
    for action in actions:
        for error in action.definition.errors:
            other_action, other = seen.setdefault(error.code, (action, error))
            if other is not error and _shape(other) != _shape(error):
                raise ActionDefinitionError(
                    f"`{error.code}` has another shape here than in {other_action.name!r}"
                    f" at {other_action.definition.where}",
                    mend="share one error class, or use another code",
                    where=action.definition.where,
                    action=action.name,
                    field="errors",
                )


def _shape(error: type[ActionError[Any]]) -> tuple[Any, ...]:
    details = None if error.details_type is None else to_json(details_adapter(error).json_schema())
    return error.status, error.retryable, details
