"""The actions of `inbox`."""

from __future__ import annotations

import typing as _typing

import pydantic as _pydantic

from .. import errors as _errors
from .. import models as _models
from .._runtime.call import Call as _Call
from .._runtime.client import AsyncCalls as _AsyncCalls
from .._runtime.client import SyncCalls as _SyncCalls
from .._runtime.options import CallOptions as _CallOptions
from .._runtime.result import Ok as _Ok

_TriageAnswer: _typing.TypeAlias = (
    _errors.PayloadTooLarge
    | _errors.UnsupportedMediaType
    | _errors.InvalidInput
    | _errors.Timeout
    | _errors.HandlerError
    | _errors.InvalidOutput
)
TriageError: _typing.TypeAlias = _TriageAnswer | _errors.ClientError
TriageResult: _typing.TypeAlias = _Ok[_models.Triaged] | TriageError

_TRIAGE: _Call[_models.Triaged, _TriageAnswer] = _Call(
    action="triage",
    method="POST",
    path="/api/actions/triage",
    data=lambda: _pydantic.TypeAdapter[_models.Triaged](_models.Triaged),
    errors={
        "payload_too_large": _errors.PayloadTooLarge,
        "unsupported_media_type": _errors.UnsupportedMediaType,
        "invalid_input": _errors.InvalidInput,
        "timeout": _errors.Timeout,
        "handler_error": _errors.HandlerError,
        "invalid_output": _errors.InvalidOutput,
    },
)


class InboxActions(_SyncCalls):
    """The actions of `inbox`."""

    def triage(
        self,
        *,
        message: str,
        sender: str,
        options: _CallOptions | None = None,
    ) -> TriageResult:
        """Say how soon an inbound message should be read.

        It is urgent if it says so: "urgent", "asap" or "immediately", in any case.

        Use when: A message has come in, and the user asks how soon it should be read.

        Do not use when: The user wants to know what a message says.

        Args:
            message: The whole text.
            sender: A name or an address.
        """
        return self._call(
            _TRIAGE,
            {
                "message": message,
                "sender": sender,
            },
            options,
        )


class AsyncInboxActions(_AsyncCalls):
    """The actions of `inbox`."""

    async def triage(
        self,
        *,
        message: str,
        sender: str,
        options: _CallOptions | None = None,
    ) -> TriageResult:
        """Say how soon an inbound message should be read.

        It is urgent if it says so: "urgent", "asap" or "immediately", in any case.

        Use when: A message has come in, and the user asks how soon it should be read.

        Do not use when: The user wants to know what a message says.

        Args:
            message: The whole text.
            sender: A name or an address.
        """
        return await self._call(
            _TRIAGE,
            {
                "message": message,
                "sender": sender,
            },
            options,
        )
