"""The secrets that actions need of others: what they are, who has them, and how a handler sees them."""

from __future__ import annotations

from actionary.credentials.credential import Credential
from actionary.credentials.resolvers import (
    CredentialResolver,
    CredentialScope,
    EnvironmentCredentials,
    MappingCredentials,
)
from actionary.credentials.values import Credentials, GivenCredentials

__all__ = [
    "Credential",
    "CredentialResolver",
    "CredentialScope",
    "Credentials",
    "EnvironmentCredentials",
    "GivenCredentials",
    "MappingCredentials",
]
