"""The actions of `approvals`."""

from __future__ import annotations

import typing as _typing

import pydantic as _pydantic

from .. import errors as _errors
from .. import models as _models
from .._auth import AsyncAuth as _AsyncAuth
from .._auth import Auth as _Auth
from .._runtime.auth import Scheme as _Scheme
from .._runtime.call import Call as _Call
from .._runtime.client import AsyncCalls as _AsyncCalls
from .._runtime.client import SyncCalls as _SyncCalls
from .._runtime.options import CallOptions as _CallOptions
from .._runtime.pages import AsyncPages as _AsyncPages
from .._runtime.pages import Pages as _Pages
from .._runtime.result import Ok as _Ok
from .._runtime.unset import UNSET as _UNSET
from .._runtime.unset import Unset as _Unset

_ApproveCallAnswer: _typing.TypeAlias = (
    _errors.Unauthorized
    | _errors.PayloadTooLarge
    | _errors.UnsupportedMediaType
    | _errors.InvalidInput
    | _errors.Timeout
    | _errors.HandlerError
    | _errors.InvalidOutput
    | _errors.Unavailable
    | _errors.AlreadyDecided
    | _errors.NoSuchApproval
)
ApproveCallError: _typing.TypeAlias = _ApproveCallAnswer | _errors.ClientError
ApproveCallResult: _typing.TypeAlias = _Ok[_models.AskedCall] | ApproveCallError

_APPROVE_CALL: _Call[_models.AskedCall, _ApproveCallAnswer] = _Call(
    action="approve_call",
    method="POST",
    path="/api/approvals/approve",
    data=lambda: _pydantic.TypeAdapter[_models.AskedCall](_models.AskedCall),
    errors=lambda: {
        "unauthorized": _errors.Unauthorized,
        "payload_too_large": _errors.PayloadTooLarge,
        "unsupported_media_type": _errors.UnsupportedMediaType,
        "invalid_input": _errors.InvalidInput,
        "timeout": _errors.Timeout,
        "handler_error": _errors.HandlerError,
        "invalid_output": _errors.InvalidOutput,
        "unavailable": _errors.Unavailable,
        "already_decided": _errors.AlreadyDecided,
        "no_such_approval": _errors.NoSuchApproval,
    },
    repeatable=True,
    scheme=_Scheme("shopkeeper", "bearer"),
)

_DenyCallAnswer: _typing.TypeAlias = (
    _errors.Unauthorized
    | _errors.PayloadTooLarge
    | _errors.UnsupportedMediaType
    | _errors.InvalidInput
    | _errors.Timeout
    | _errors.HandlerError
    | _errors.InvalidOutput
    | _errors.Unavailable
    | _errors.AlreadyDecided
    | _errors.NoSuchApproval
)
DenyCallError: _typing.TypeAlias = _DenyCallAnswer | _errors.ClientError
DenyCallResult: _typing.TypeAlias = _Ok[_models.AskedCall] | DenyCallError

_DENY_CALL: _Call[_models.AskedCall, _DenyCallAnswer] = _Call(
    action="deny_call",
    method="POST",
    path="/api/approvals/deny",
    data=lambda: _pydantic.TypeAdapter[_models.AskedCall](_models.AskedCall),
    errors=lambda: {
        "unauthorized": _errors.Unauthorized,
        "payload_too_large": _errors.PayloadTooLarge,
        "unsupported_media_type": _errors.UnsupportedMediaType,
        "invalid_input": _errors.InvalidInput,
        "timeout": _errors.Timeout,
        "handler_error": _errors.HandlerError,
        "invalid_output": _errors.InvalidOutput,
        "unavailable": _errors.Unavailable,
        "already_decided": _errors.AlreadyDecided,
        "no_such_approval": _errors.NoSuchApproval,
    },
    repeatable=True,
    scheme=_Scheme("shopkeeper", "bearer"),
)

_ListApprovalsAnswer: _typing.TypeAlias = (
    _errors.Unauthorized
    | _errors.InvalidInput
    | _errors.Timeout
    | _errors.HandlerError
    | _errors.InvalidOutput
    | _errors.Unavailable
)
ListApprovalsError: _typing.TypeAlias = _ListApprovalsAnswer | _errors.ClientError
ListApprovalsResult: _typing.TypeAlias = _Ok[_models.AskedCalls] | ListApprovalsError

_LIST_APPROVALS: _Call[_models.AskedCalls, _ListApprovalsAnswer] = _Call(
    action="list_approvals",
    method="GET",
    path="/api/approvals",
    data=lambda: _pydantic.TypeAdapter[_models.AskedCalls](_models.AskedCalls),
    errors=lambda: {
        "unauthorized": _errors.Unauthorized,
        "invalid_input": _errors.InvalidInput,
        "timeout": _errors.Timeout,
        "handler_error": _errors.HandlerError,
        "invalid_output": _errors.InvalidOutput,
        "unavailable": _errors.Unavailable,
    },
    repeatable=True,
    scheme=_Scheme("shopkeeper", "bearer"),
    pages=("cursor", "next_cursor", "approvals"),
)

_ShowApprovalAnswer: _typing.TypeAlias = (
    _errors.Unauthorized
    | _errors.PayloadTooLarge
    | _errors.UnsupportedMediaType
    | _errors.InvalidInput
    | _errors.Timeout
    | _errors.HandlerError
    | _errors.InvalidOutput
    | _errors.Unavailable
    | _errors.NoSuchApproval
)
ShowApprovalError: _typing.TypeAlias = _ShowApprovalAnswer | _errors.ClientError
ShowApprovalResult: _typing.TypeAlias = _Ok[_models.AskedCall] | ShowApprovalError

_SHOW_APPROVAL: _Call[_models.AskedCall, _ShowApprovalAnswer] = _Call(
    action="show_approval",
    method="POST",
    path="/api/approvals/show",
    data=lambda: _pydantic.TypeAdapter[_models.AskedCall](_models.AskedCall),
    errors=lambda: {
        "unauthorized": _errors.Unauthorized,
        "payload_too_large": _errors.PayloadTooLarge,
        "unsupported_media_type": _errors.UnsupportedMediaType,
        "invalid_input": _errors.InvalidInput,
        "timeout": _errors.Timeout,
        "handler_error": _errors.HandlerError,
        "invalid_output": _errors.InvalidOutput,
        "unavailable": _errors.Unavailable,
        "no_such_approval": _errors.NoSuchApproval,
    },
    repeatable=True,
    scheme=_Scheme("shopkeeper", "bearer"),
)


class ApprovalsActions(_SyncCalls[_Auth]):
    """The actions of `approvals`."""

    def approve_call(
        self,
        *,
        key: str,
        options: _CallOptions | None = None,
    ) -> ApproveCallResult:
        """Say that a call may be made, once, by who asked for it.

        Args:
            key: The key that the refused call was answered with.

        Errors:
            already_decided: The call was denied before, or it was made already.
            no_such_approval: There is nothing under this key, or it has expired.
        """
        return self._call(
            _APPROVE_CALL,
            {
                "key": key,
            },
            options,
        )

    def deny_call(
        self,
        *,
        key: str,
        options: _CallOptions | None = None,
    ) -> DenyCallResult:
        """Say that a call may not be made; what was approved may be denied until it is made.

        Args:
            key: The key that the refused call was answered with.

        Errors:
            already_decided: The call was denied before, or it was made already.
            no_such_approval: There is nothing under this key, or it has expired.
        """
        return self._call(
            _DENY_CALL,
            {
                "key": key,
            },
            options,
        )

    def list_approvals(
        self,
        *,
        cursor: str | None | _Unset = _UNSET,
        state: _typing.Literal['pending', 'approved', 'denied', 'used'] | _Unset = _UNSET,
        options: _CallOptions | None = None,
    ) -> ListApprovalsResult:
        """List the calls that wait for a human's yes, or that had one.

        It gives approvals page by page: send next_cursor of the output as cursor for the next page; on the last page it is null.

        Args:
            cursor: The next_cursor of the page before. Default: null.
            state: What became of them. Default: "pending".
        """
        return self._call(
            _LIST_APPROVALS,
            {
                "cursor": cursor,
                "state": state,
            },
            options,
        )

    def list_approvals_pages(
        self,
        *,
        cursor: str | None | _Unset = _UNSET,
        state: _typing.Literal['pending', 'approved', 'denied', 'used'] | _Unset = _UNSET,
        options: _CallOptions | None = None,
    ) -> _Pages[_models.AskedCalls, _models.AskedCall]:
        """Give the pages of `list_approvals`, or their `items()`, each page called for when it is reached.

        Raises:
            ActionError: A page failed.
        """
        return self._pages(
            _LIST_APPROVALS,
            {
                "cursor": cursor,
                "state": state,
            },
            options,
        )

    def show_approval(
        self,
        *,
        key: str,
        options: _CallOptions | None = None,
    ) -> ShowApprovalResult:
        """Show a call that somebody wants to make, with its input.

        Args:
            key: The key that the refused call was answered with.

        Errors:
            no_such_approval: There is nothing under this key, or it has expired.
        """
        return self._call(
            _SHOW_APPROVAL,
            {
                "key": key,
            },
            options,
        )


class AsyncApprovalsActions(_AsyncCalls[_AsyncAuth]):
    """The actions of `approvals`."""

    async def approve_call(
        self,
        *,
        key: str,
        options: _CallOptions | None = None,
    ) -> ApproveCallResult:
        """Say that a call may be made, once, by who asked for it.

        Args:
            key: The key that the refused call was answered with.

        Errors:
            already_decided: The call was denied before, or it was made already.
            no_such_approval: There is nothing under this key, or it has expired.
        """
        return await self._call(
            _APPROVE_CALL,
            {
                "key": key,
            },
            options,
        )

    async def deny_call(
        self,
        *,
        key: str,
        options: _CallOptions | None = None,
    ) -> DenyCallResult:
        """Say that a call may not be made; what was approved may be denied until it is made.

        Args:
            key: The key that the refused call was answered with.

        Errors:
            already_decided: The call was denied before, or it was made already.
            no_such_approval: There is nothing under this key, or it has expired.
        """
        return await self._call(
            _DENY_CALL,
            {
                "key": key,
            },
            options,
        )

    async def list_approvals(
        self,
        *,
        cursor: str | None | _Unset = _UNSET,
        state: _typing.Literal['pending', 'approved', 'denied', 'used'] | _Unset = _UNSET,
        options: _CallOptions | None = None,
    ) -> ListApprovalsResult:
        """List the calls that wait for a human's yes, or that had one.

        It gives approvals page by page: send next_cursor of the output as cursor for the next page; on the last page it is null.

        Args:
            cursor: The next_cursor of the page before. Default: null.
            state: What became of them. Default: "pending".
        """
        return await self._call(
            _LIST_APPROVALS,
            {
                "cursor": cursor,
                "state": state,
            },
            options,
        )

    def list_approvals_pages(
        self,
        *,
        cursor: str | None | _Unset = _UNSET,
        state: _typing.Literal['pending', 'approved', 'denied', 'used'] | _Unset = _UNSET,
        options: _CallOptions | None = None,
    ) -> _AsyncPages[_models.AskedCalls, _models.AskedCall]:
        """Give the pages of `list_approvals`, or their `items()`, each page called for when it is reached.

        Raises:
            ActionError: A page failed.
        """
        return self._pages(
            _LIST_APPROVALS,
            {
                "cursor": cursor,
                "state": state,
            },
            options,
        )

    async def show_approval(
        self,
        *,
        key: str,
        options: _CallOptions | None = None,
    ) -> ShowApprovalResult:
        """Show a call that somebody wants to make, with its input.

        Args:
            key: The key that the refused call was answered with.

        Errors:
            no_such_approval: There is nothing under this key, or it has expired.
        """
        return await self._call(
            _SHOW_APPROVAL,
            {
                "key": key,
            },
            options,
        )
