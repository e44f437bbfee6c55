"""What `actionary` offers: it loads this when the first of these names is asked for."""

from __future__ import annotations

from actionary.context import Caller, Context, Request
from actionary.credentials import Credential
from actionary.defining import Action, AsyncAction, SyncAction, action, define_action
from actionary.definition_error import ActionDefinitionError
from actionary.discovery import DiscoveryError
from actionary.fields import Cursor, Deprecated, Example, Http
from actionary.hooks import Hooks
from actionary.invoke import invoke_action, invoke_action_sync
from actionary.leaf import LeafError, prompting_agent
from actionary.observe import Invocation
from actionary.principal import Principal
from actionary.registry import Registry, default_registry, define_actions
from actionary.result import ActionError, Err, Ok, Result, unwrap

__all__ = [
    "Action",
    "ActionDefinitionError",
    "ActionError",
    "AsyncAction",
    "Caller",
    "Context",
    "Credential",
    "Cursor",
    "Deprecated",
    "DiscoveryError",
    "Err",
    "Example",
    "Hooks",
    "Http",
    "Invocation",
    "LeafError",
    "Ok",
    "Principal",
    "Registry",
    "Request",
    "Result",
    "SyncAction",
    "action",
    "default_registry",
    "define_action",
    "define_actions",
    "invoke_action",
    "invoke_action_sync",
    "prompting_agent",
    "unwrap",
]
