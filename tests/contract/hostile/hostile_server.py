"""A server of hostile shapes: the module that ``[tool.actionary] actions`` names."""

from __future__ import annotations

from actionary import Registry, define_actions
from shapes._fields import fields
from shapes._nested import NESTED
from shapes._odd import KNOWN, odd
from shapes._plain import PLAIN
from shapes._shape import echoes

registry = Registry(credentials=KNOWN)
define_actions([*echoes([*PLAIN, *NESTED]), *odd(), *fields()], registry)
