"""The actions of `inbox`."""

from __future__ import annotations

import typing as _typing

import pydantic as _pydantic

from .. import errors as _errors
from .. import models as _models
from .._auth import AsyncAuth as _AsyncAuth
from .._auth import Auth as _Auth
from .._runtime.call import Call as _Call
from .._runtime.client import AsyncCalls as _AsyncCalls
from .._runtime.client import SyncCalls as _SyncCalls
from .._runtime.options import CallOptions as _CallOptions
from .._runtime.result import Ok as _Ok

_SendEmailAnswer: _typing.TypeAlias = (
    _errors.PayloadTooLarge
    | _errors.UnsupportedMediaType
    | _errors.InvalidInput
    | _errors.Forbidden
    | _errors.Conflict
    | _errors.ApprovalRequired
    | _errors.Timeout
    | _errors.HandlerError
    | _errors.InvalidOutput
    | _errors.Unavailable
)
SendEmailError: _typing.TypeAlias = _SendEmailAnswer | _errors.ClientError
SendEmailResult: _typing.TypeAlias = _Ok[_models.SentEmail] | SendEmailError

_SEND_EMAIL: _Call[_models.SentEmail, _SendEmailAnswer] = _Call(
    action="send_email",
    method="POST",
    path="/api/actions/send_email",
    data=lambda: _pydantic.TypeAdapter[_models.SentEmail](_models.SentEmail),
    errors=lambda: {
        "payload_too_large": _errors.PayloadTooLarge,
        "unsupported_media_type": _errors.UnsupportedMediaType,
        "invalid_input": _errors.InvalidInput,
        "forbidden": _errors.Forbidden,
        "conflict": _errors.Conflict,
        "approval_required": _errors.ApprovalRequired,
        "timeout": _errors.Timeout,
        "handler_error": _errors.HandlerError,
        "invalid_output": _errors.InvalidOutput,
        "unavailable": _errors.Unavailable,
    },
    takes_key=True,
    needs_approval=True,
)

_SummarizeThreadAnswer: _typing.TypeAlias = (
    _errors.InvalidInput
    | _errors.Timeout
    | _errors.HandlerError
    | _errors.InvalidOutput
    | _errors.Unavailable
    | _errors.ThreadNotFound
)
SummarizeThreadError: _typing.TypeAlias = _SummarizeThreadAnswer | _errors.ClientError
SummarizeThreadResult: _typing.TypeAlias = _Ok[_models.ThreadSummary] | SummarizeThreadError

_SUMMARIZE_THREAD: _Call[_models.ThreadSummary, _SummarizeThreadAnswer] = _Call(
    action="summarize_thread",
    method="GET",
    path="/api/actions/summarize_thread",
    data=lambda: _pydantic.TypeAdapter[_models.ThreadSummary](_models.ThreadSummary),
    errors=lambda: {
        "invalid_input": _errors.InvalidInput,
        "timeout": _errors.Timeout,
        "handler_error": _errors.HandlerError,
        "invalid_output": _errors.InvalidOutput,
        "unavailable": _errors.Unavailable,
        "thread_not_found": _errors.ThreadNotFound,
    },
    repeatable=True,
)

_SummarizeThreadOrEmptyAnswer: _typing.TypeAlias = (
    _errors.InvalidInput
    | _errors.Timeout
    | _errors.HandlerError
    | _errors.InvalidOutput
    | _errors.Unavailable
    | _errors.ThreadNotFound
)
SummarizeThreadOrEmptyError: _typing.TypeAlias = _SummarizeThreadOrEmptyAnswer | _errors.ClientError
SummarizeThreadOrEmptyResult: _typing.TypeAlias = _Ok[_models.ThreadSummary] | SummarizeThreadOrEmptyError

_SUMMARIZE_THREAD_OR_EMPTY: _Call[_models.ThreadSummary, _SummarizeThreadOrEmptyAnswer] = _Call(
    action="summarize_thread_or_empty",
    method="GET",
    path="/api/actions/summarize_thread_or_empty",
    data=lambda: _pydantic.TypeAdapter[_models.ThreadSummary](_models.ThreadSummary),
    errors=lambda: {
        "invalid_input": _errors.InvalidInput,
        "timeout": _errors.Timeout,
        "handler_error": _errors.HandlerError,
        "invalid_output": _errors.InvalidOutput,
        "unavailable": _errors.Unavailable,
        "thread_not_found": _errors.ThreadNotFound,
    },
    repeatable=True,
)

_SummarizeThreadUncheckedAnswer: _typing.TypeAlias = (
    _errors.InvalidInput
    | _errors.Timeout
    | _errors.HandlerError
    | _errors.InvalidOutput
    | _errors.Unavailable
    | _errors.ThreadNotFound
)
SummarizeThreadUncheckedError: _typing.TypeAlias = _SummarizeThreadUncheckedAnswer | _errors.ClientError
SummarizeThreadUncheckedResult: _typing.TypeAlias = _Ok[_models.ThreadSummary | _typing.Any] | SummarizeThreadUncheckedError

_SUMMARIZE_THREAD_UNCHECKED: _Call[_models.ThreadSummary | _typing.Any, _SummarizeThreadUncheckedAnswer] = _Call(
    action="summarize_thread_unchecked",
    method="GET",
    path="/api/actions/summarize_thread_unchecked",
    data=lambda: _pydantic.TypeAdapter[_models.ThreadSummary | _typing.Any](_models.ThreadSummary | _typing.Any),
    errors=lambda: {
        "invalid_input": _errors.InvalidInput,
        "timeout": _errors.Timeout,
        "handler_error": _errors.HandlerError,
        "invalid_output": _errors.InvalidOutput,
        "unavailable": _errors.Unavailable,
        "thread_not_found": _errors.ThreadNotFound,
    },
    repeatable=True,
)

_TriageAnswer: _typing.TypeAlias = (
    _errors.PayloadTooLarge
    | _errors.UnsupportedMediaType
    | _errors.InvalidInput
    | _errors.Timeout
    | _errors.HandlerError
    | _errors.InvalidOutput
    | _errors.Unavailable
)
TriageError: _typing.TypeAlias = _TriageAnswer | _errors.ClientError
TriageResult: _typing.TypeAlias = _Ok[_models.Triaged] | TriageError

_TRIAGE: _Call[_models.Triaged, _TriageAnswer] = _Call(
    action="triage",
    method="POST",
    path="/api/actions/triage",
    data=lambda: _pydantic.TypeAdapter[_models.Triaged](_models.Triaged),
    errors=lambda: {
        "payload_too_large": _errors.PayloadTooLarge,
        "unsupported_media_type": _errors.UnsupportedMediaType,
        "invalid_input": _errors.InvalidInput,
        "timeout": _errors.Timeout,
        "handler_error": _errors.HandlerError,
        "invalid_output": _errors.InvalidOutput,
        "unavailable": _errors.Unavailable,
    },
    repeatable=True,
)


class InboxActions(_SyncCalls[_Auth]):
    """The actions of `inbox`."""

    def send_email(
        self,
        *,
        body: str,
        subject: str,
        to: str,
        options: _CallOptions | None = None,
    ) -> SendEmailResult:
        """Send an email.

        It is laid into the outbox, and what is there goes out. Nobody from outside, and no
        model, may write to people in the shop's name unasked: somebody of the shop reads each
        message and says yes to it.

        Use when: The user wants to write to somebody and has agreed to the text.

        Do not use when: The user has not seen the text yet.

        Args:
            body: Plain text.
            subject: One line.
            to: One address, such as jane@example.com.
        """
        return self._call(
            _SEND_EMAIL,
            {
                "body": body,
                "subject": subject,
                "to": to,
            },
            options,
        )

    def summarize_thread(
        self,
        *,
        thread_id: str,
        options: _CallOptions | None = None,
    ) -> SummarizeThreadResult:
        """Summarize a thread.

        A summary that is stored wrongly is an error, so that whoever stores them hears of it.

        Use when: The user asks what a thread is about.

        Do not use when: The user asks how soon a message should be read: that is triage.

        Args:
            thread_id: The thread's id, such as t-1.

        Errors:
            thread_not_found: There is no thread of that id.
        """
        return self._call(
            _SUMMARIZE_THREAD,
            {
                "thread_id": thread_id,
            },
            options,
        )

    def summarize_thread_or_empty(
        self,
        *,
        thread_id: str,
        options: _CallOptions | None = None,
    ) -> SummarizeThreadOrEmptyResult:
        """Summarize a thread, or say nothing about it.

        A summary that is stored wrongly gives an empty one.

        Use when: A list of threads is shown, and one that has no good summary must not spoil it.

        Do not use when: The user asks about one thread: that is summarize_thread.

        Args:
            thread_id: The thread's id, such as t-1.

        Errors:
            thread_not_found: There is no thread of that id.
        """
        return self._call(
            _SUMMARIZE_THREAD_OR_EMPTY,
            {
                "thread_id": thread_id,
            },
            options,
        )

    def summarize_thread_unchecked(
        self,
        *,
        thread_id: str,
        options: _CallOptions | None = None,
    ) -> SummarizeThreadUncheckedResult:
        """Give the summary of a thread as it is stored.

        One that is stored wrongly comes as it is, and the log of the server says so.

        Use when: A summary seems to be stored wrongly, and the user wants to see what is there.

        Do not use when: The user asks what a thread is about: that is summarize_thread.

        Args:
            thread_id: The thread's id, such as t-1.

        Errors:
            thread_not_found: There is no thread of that id.
        """
        return self._call(
            _SUMMARIZE_THREAD_UNCHECKED,
            {
                "thread_id": thread_id,
            },
            options,
        )

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


class AsyncInboxActions(_AsyncCalls[_AsyncAuth]):
    """The actions of `inbox`."""

    async def send_email(
        self,
        *,
        body: str,
        subject: str,
        to: str,
        options: _CallOptions | None = None,
    ) -> SendEmailResult:
        """Send an email.

        It is laid into the outbox, and what is there goes out. Nobody from outside, and no
        model, may write to people in the shop's name unasked: somebody of the shop reads each
        message and says yes to it.

        Use when: The user wants to write to somebody and has agreed to the text.

        Do not use when: The user has not seen the text yet.

        Args:
            body: Plain text.
            subject: One line.
            to: One address, such as jane@example.com.
        """
        return await self._call(
            _SEND_EMAIL,
            {
                "body": body,
                "subject": subject,
                "to": to,
            },
            options,
        )

    async def summarize_thread(
        self,
        *,
        thread_id: str,
        options: _CallOptions | None = None,
    ) -> SummarizeThreadResult:
        """Summarize a thread.

        A summary that is stored wrongly is an error, so that whoever stores them hears of it.

        Use when: The user asks what a thread is about.

        Do not use when: The user asks how soon a message should be read: that is triage.

        Args:
            thread_id: The thread's id, such as t-1.

        Errors:
            thread_not_found: There is no thread of that id.
        """
        return await self._call(
            _SUMMARIZE_THREAD,
            {
                "thread_id": thread_id,
            },
            options,
        )

    async def summarize_thread_or_empty(
        self,
        *,
        thread_id: str,
        options: _CallOptions | None = None,
    ) -> SummarizeThreadOrEmptyResult:
        """Summarize a thread, or say nothing about it.

        A summary that is stored wrongly gives an empty one.

        Use when: A list of threads is shown, and one that has no good summary must not spoil it.

        Do not use when: The user asks about one thread: that is summarize_thread.

        Args:
            thread_id: The thread's id, such as t-1.

        Errors:
            thread_not_found: There is no thread of that id.
        """
        return await self._call(
            _SUMMARIZE_THREAD_OR_EMPTY,
            {
                "thread_id": thread_id,
            },
            options,
        )

    async def summarize_thread_unchecked(
        self,
        *,
        thread_id: str,
        options: _CallOptions | None = None,
    ) -> SummarizeThreadUncheckedResult:
        """Give the summary of a thread as it is stored.

        One that is stored wrongly comes as it is, and the log of the server says so.

        Use when: A summary seems to be stored wrongly, and the user wants to see what is there.

        Do not use when: The user asks what a thread is about: that is summarize_thread.

        Args:
            thread_id: The thread's id, such as t-1.

        Errors:
            thread_not_found: There is no thread of that id.
        """
        return await self._call(
            _SUMMARIZE_THREAD_UNCHECKED,
            {
                "thread_id": thread_id,
            },
            options,
        )

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
