"""The actions of `x_script_7_s_a_b`."""

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
from .._runtime.unset import UNSET as _UNSET
from .._runtime.unset import Unset as _Unset

_AttackAnswer: _typing.TypeAlias = (
    _errors.PayloadTooLarge
    | _errors.UnsupportedMediaType
    | _errors.InvalidInput
    | _errors.Timeout
    | _errors.HandlerError
    | _errors.InvalidOutput
    | _errors.Unavailable
    | _errors.Attacked
)
AttackError: _typing.TypeAlias = _AttackAnswer | _errors.ClientError
AttackResult: _typing.TypeAlias = _Ok[_models.Found] | AttackError

_ATTACK: _Call[_models.Found, _AttackAnswer] = _Call(
    action="attack",
    method="POST",
    path="/api/actions/attack",
    data=lambda: _pydantic.TypeAdapter[_models.Found](_models.Found),
    errors=lambda: {
        "payload_too_large": _errors.PayloadTooLarge,
        "unsupported_media_type": _errors.UnsupportedMediaType,
        "invalid_input": _errors.InvalidInput,
        "timeout": _errors.Timeout,
        "handler_error": _errors.HandlerError,
        "invalid_output": _errors.InvalidOutput,
        "unavailable": _errors.Unavailable,
        "attacked": _errors.Attacked,
    },
)


class XScript7SABActions(_SyncCalls[_Auth]):
    """The actions of `x_script_7_s_a_b`."""

    def attack(
        self,
        *,
        kind: _typing.Literal['*/', '"""', '`${x}`', '</script>', '\u202e'] | _Unset = _UNSET,
        text: str | _Unset = _UNSET,
        options: _CallOptions | None = None,
    ) -> AttackResult:
        """*/ process.exit(1) /* \"\"\" ''' \\ ` ${process.exit(1)} </script><script>alert(1)</script> <!-- --> ]]> {{ 7 * 7 }} {% endraw %} %s {0} \\u202egnp.exe\\u202c zero\\u200bwidth \\u0000 \\u001b[31m # heading --- ``` [link](javascript:alert(1)) ![image](x) <img src=x onerror=alert(1)>

        */ process.exit(1) /* \"\"\" ''' \\ ` ${process.exit(1)} </script><script>alert(1)</script> <!-- --> ]]> {{ 7 * 7 }} {% endraw %} %s {0} \\u202egnp.exe\\u202c zero\\u200bwidth \\u2028 \\u0000 \\u001b[31m
        # heading
        ---
        ```
        [link](javascript:alert(1)) ![image](x) <img src=x onerror=alert(1)>

        */ process.exit(1) /* \"\"\" ''' \\ ` ${process.exit(1)} </script><script>alert(1)</script> <!-- --> ]]> {{ 7 * 7 }} {% endraw %} %s {0} \\u202egnp.exe\\u202c zero\\u200bwidth \\u2028 \\u0000 \\u001b[31m
        # heading
        ---
        ```
        [link](javascript:alert(1)) ![image](x) <img src=x onerror=alert(1)>

        Use when: */ process.exit(1) /* \"\"\" ''' \\ ` ${process.exit(1)} </script><script>alert(1)</script> <!-- --> ]]> {{ 7 * 7 }} {% endraw %} %s {0} \\u202egnp.exe\\u202c zero\\u200bwidth \\u0000 \\u001b[31m # heading --- ``` [link](javascript:alert(1)) ![image](x) <img src=x onerror=alert(1)>

        Do not use when: */ process.exit(1) /* \"\"\" ''' \\ ` ${process.exit(1)} </script><script>alert(1)</script> <!-- --> ]]> {{ 7 * 7 }} {% endraw %} %s {0} \\u202egnp.exe\\u202c zero\\u200bwidth \\u0000 \\u001b[31m # heading --- ``` [link](javascript:alert(1)) ![image](x) <img src=x onerror=alert(1)>

        Args:
            kind: Default: "*/".
            text: */ process.exit(1) /* \"\"\" ''' \\ ` ${process.exit(1)} </script><script>alert(1)</script> <!-- --> ]]> {{ 7 * 7 }} {% endraw %} %s {0} \\u202egnp.exe\\u202c zero\\u200bwidth \\u0000 \\u001b[31m # heading --- ``` [link](javascript:alert(1)) ![image](x) <img src=x onerror=alert(1)> Default: "*/ process.exit(1) /* \\"\\"\\" ''' \\\\ ` ${process.exit(1)} </script><script>alert(1)</script> <!-- --> ]]> {{ 7 * 7 }} {% endraw %} %s {0} \\u202egnp.exe\\u202c zero\\u200bwidth \\u2028 \\u0000 \\u001b[31m\\n# heading\\n---\\n```\\n[link](javascript:alert(1)) ![image](x) <img src=x onerror=alert(1)>".

        Errors:
            attacked: Attacked: */ \"\"\" ` ${x} </script>
        """
        return self._call(
            _ATTACK,
            {
                "kind": kind,
                "text": text,
            },
            options,
        )


class AsyncXScript7SABActions(_AsyncCalls[_AsyncAuth]):
    """The actions of `x_script_7_s_a_b`."""

    async def attack(
        self,
        *,
        kind: _typing.Literal['*/', '"""', '`${x}`', '</script>', '\u202e'] | _Unset = _UNSET,
        text: str | _Unset = _UNSET,
        options: _CallOptions | None = None,
    ) -> AttackResult:
        """*/ process.exit(1) /* \"\"\" ''' \\ ` ${process.exit(1)} </script><script>alert(1)</script> <!-- --> ]]> {{ 7 * 7 }} {% endraw %} %s {0} \\u202egnp.exe\\u202c zero\\u200bwidth \\u0000 \\u001b[31m # heading --- ``` [link](javascript:alert(1)) ![image](x) <img src=x onerror=alert(1)>

        */ process.exit(1) /* \"\"\" ''' \\ ` ${process.exit(1)} </script><script>alert(1)</script> <!-- --> ]]> {{ 7 * 7 }} {% endraw %} %s {0} \\u202egnp.exe\\u202c zero\\u200bwidth \\u2028 \\u0000 \\u001b[31m
        # heading
        ---
        ```
        [link](javascript:alert(1)) ![image](x) <img src=x onerror=alert(1)>

        */ process.exit(1) /* \"\"\" ''' \\ ` ${process.exit(1)} </script><script>alert(1)</script> <!-- --> ]]> {{ 7 * 7 }} {% endraw %} %s {0} \\u202egnp.exe\\u202c zero\\u200bwidth \\u2028 \\u0000 \\u001b[31m
        # heading
        ---
        ```
        [link](javascript:alert(1)) ![image](x) <img src=x onerror=alert(1)>

        Use when: */ process.exit(1) /* \"\"\" ''' \\ ` ${process.exit(1)} </script><script>alert(1)</script> <!-- --> ]]> {{ 7 * 7 }} {% endraw %} %s {0} \\u202egnp.exe\\u202c zero\\u200bwidth \\u0000 \\u001b[31m # heading --- ``` [link](javascript:alert(1)) ![image](x) <img src=x onerror=alert(1)>

        Do not use when: */ process.exit(1) /* \"\"\" ''' \\ ` ${process.exit(1)} </script><script>alert(1)</script> <!-- --> ]]> {{ 7 * 7 }} {% endraw %} %s {0} \\u202egnp.exe\\u202c zero\\u200bwidth \\u0000 \\u001b[31m # heading --- ``` [link](javascript:alert(1)) ![image](x) <img src=x onerror=alert(1)>

        Args:
            kind: Default: "*/".
            text: */ process.exit(1) /* \"\"\" ''' \\ ` ${process.exit(1)} </script><script>alert(1)</script> <!-- --> ]]> {{ 7 * 7 }} {% endraw %} %s {0} \\u202egnp.exe\\u202c zero\\u200bwidth \\u0000 \\u001b[31m # heading --- ``` [link](javascript:alert(1)) ![image](x) <img src=x onerror=alert(1)> Default: "*/ process.exit(1) /* \\"\\"\\" ''' \\\\ ` ${process.exit(1)} </script><script>alert(1)</script> <!-- --> ]]> {{ 7 * 7 }} {% endraw %} %s {0} \\u202egnp.exe\\u202c zero\\u200bwidth \\u2028 \\u0000 \\u001b[31m\\n# heading\\n---\\n```\\n[link](javascript:alert(1)) ![image](x) <img src=x onerror=alert(1)>".

        Errors:
            attacked: Attacked: */ \"\"\" ` ${x} </script>
        """
        return await self._call(
            _ATTACK,
            {
                "kind": kind,
                "text": text,
            },
            options,
        )
