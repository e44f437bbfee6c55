"""Who calls, by schemes that the API's description tells callers of (docs/auth.md).

Each is a value to be given as an action's or a registry's ``auth``. `JWTAuth` needs
the extra ``jwt``; nothing of that is loaded before one is made.
"""

from __future__ import annotations

from actionary.auth.api_key import ApiKeyAuth
from actionary.auth.basic import BasicAuth
from actionary.auth.bearer import BearerAuth
from actionary.auth.jwt import JWTAuth
from actionary.auth_scheme import AuthUnavailable

__all__ = ["ApiKeyAuth", "AuthUnavailable", "BasicAuth", "BearerAuth", "JWTAuth"]
