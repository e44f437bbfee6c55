"""Every error a call can give; each class stands for one ``code``."""

from __future__ import annotations

import typing as _typing

from .._runtime.lazy import lazily as _lazily
from .._runtime.errors import Aborted as Aborted
from .._runtime.errors import ApprovalAsked as ApprovalAsked
from .._runtime.errors import ApprovalRequired as ApprovalRequired
from .._runtime.errors import ClientError as ClientError
from .._runtime.errors import ClientTimeout as ClientTimeout
from .._runtime.errors import Conflict as Conflict
from .._runtime.errors import Failure as Failure
from .._runtime.errors import Forbidden as Forbidden
from .._runtime.errors import HandlerError as HandlerError
from .._runtime.errors import InputProblem as InputProblem
from .._runtime.errors import InvalidInput as InvalidInput
from .._runtime.errors import InvalidOutput as InvalidOutput
from .._runtime.errors import InvalidResponse as InvalidResponse
from .._runtime.errors import KeyConflict as KeyConflict
from .._runtime.errors import MissingCredentials as MissingCredentials
from .._runtime.errors import MissingKeys as MissingKeys
from .._runtime.errors import NetworkError as NetworkError
from .._runtime.errors import PayloadTooLarge as PayloadTooLarge
from .._runtime.errors import RateLimited as RateLimited
from .._runtime.errors import RawReply as RawReply
from .._runtime.errors import Timeout as Timeout
from .._runtime.errors import Unauthorized as Unauthorized
from .._runtime.errors import Unavailable as Unavailable
from .._runtime.errors import UnknownCode as UnknownCode
from .._runtime.errors import UnknownError as UnknownError
from .._runtime.errors import UnsupportedMediaType as UnsupportedMediaType

if _typing.TYPE_CHECKING:
    from .x_script_7_s_a_b import Attacked as Attacked
else:
    __getattr__, __dir__ = _lazily(__name__, {'x_script_7_s_a_b': ('Attacked',)})
