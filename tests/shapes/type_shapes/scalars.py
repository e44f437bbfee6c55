"""Texts, numbers and other plain values."""

from __future__ import annotations

from decimal import Decimal
from enum import Enum, IntEnum, StrEnum
from ipaddress import IPv4Address, IPv4Interface, IPv4Network, IPv6Address
from pathlib import Path
from re import Pattern
from typing import Annotated, Any, Literal, NewType
from uuid import UUID

from pydantic import (
    UUID4,
    AnyUrl,
    Base64Bytes,
    BaseModel,
    ByteSize,
    ConfigDict,
    EmailStr,
    Field,
    HttpUrl,
    IPvAnyAddress,
    Json,
    JsonValue,
    NameEmail,
    SecretBytes,
    SecretStr,
    StringConstraints,
    conint,
)
from type_shapes.shape import As, Shape
from typing_extensions import TypeAliasType


class Colour(StrEnum):
    RED = "red"
    DARK_BLUE = "dark blue"


class Size(IntEnum):
    SMALL = 1
    BIG = 2


class Odd(Enum):
    TEXT = "text"
    NUMBER = 3
    FRACTION = 0.5
    NOTHING = None


class Base64File(BaseModel):
    model_config = ConfigDict(val_json_bytes="base64", ser_json_bytes="base64")
    content: bytes


class Image(BaseModel):
    data: Base64Bytes


class Account(BaseModel):
    user: str
    password: Annotated[SecretStr, Field(min_length=8)]
    pin: SecretStr | None = None
    token: SecretStr = SecretStr("built in")


UserId = NewType("UserId", int)
Percent = TypeAliasType("Percent", Annotated[int, Field(ge=0, le=100)])

TITLE = "Plain values"
SHAPES = [
    Shape(name="text", type="str", right=("", "tschüß \u202e\n\U0001f600"), wrong=(1, None, ["a"])),
    Shape(
        name="text_bounded",
        type="Annotated[str, Field(min_length=1, max_length=3)]",
        right=("a", "\U0001f600\U0001f600\U0001f600"),
        wrong=("", "abcd"),
    ),
    Shape(
        name="text_pattern",
        type='Annotated[str, Field(pattern=r"^[A-Z]{2}-\\d+$")]',
        right=("AB-1",),
        wrong=("ab-1", "AB-"),
    ),
    Shape(
        name="text_trimmed",
        type="Annotated[str, StringConstraints(strip_whitespace=True, to_lower=True)]",
        right=("a", As(" A ", "a")),
        wrong=(1,),
    ),
    Shape(name="integer", type="int", right=(0, -3, 2**53), wrong=(0.5, "1", True, None)),
    Shape(name="integer_bounded", type="Annotated[int, Field(ge=1, lt=10)]", right=(1, 9), wrong=(0, 10)),
    Shape(name="integer_conint", type="conint(gt=0, multiple_of=5)", right=(5, 10), wrong=(0, 6)),
    Shape(name="float64", type="float", right=(0.5, -1e300, 3.0), wrong=("0.5", True)),
    Shape(
        name="number_bounded", type="Annotated[float, Field(gt=0, le=2.5)]", right=(0.1, 2.5), wrong=(0, 2.6)
    ),
    Shape(name="true_or_false", type="bool", right=(True, False), wrong=(1, 0, "true")),
    Shape(name="nothing", type="None", right=(None,), wrong=(0, "", False)),
    Shape(name="literal", type='Literal["a"]', right=("a",), wrong=("b", None)),
    Shape(
        name="literals_mixed",
        type='Literal["a", 3, False, None]',
        right=("a", 3, False, None),
        wrong=("b", 4, True),
    ),
    Shape(name="enum_of_texts", type="Colour", right=("red", "dark blue"), wrong=("RED", "blue", 1)),
    Shape(name="enum_of_integers", type="Size", right=(1, 2), wrong=(3, "1")),
    Shape(name="enum_of_anything", type="Odd", right=("text", 3, 0.5, None), wrong=("TEXT", 4)),
    Shape(name="anything", type="Any", right=(1, "a", None, True, [1, {"a": None}], {}), wrong=()),
    Shape(name="object_type", type="object", right=(1, None, {"a": [0.5]}), wrong=()),
    Shape(name="json_value", type="JsonValue", right=(1, None, {"a": [0.5, "b", {}]}), wrong=()),
    Shape(
        name="json_text",
        type="Json[list[int]]",
        right=(As("[1, 2]", [1, 2]),),
        output="list[int]",
        wrong=([1],),
        unsaid=("{", '["a"]'),
        why="what a text holds is a note to JSON Schema",
    ),
    Shape(
        name="decimal",
        type="Decimal",
        right=("1.50", As(2, "2"), As(0.5, "0.5"), "-0.001"),
        wrong=("x", None, True, "NaN", "Infinity"),
    ),
    Shape(
        name="decimal_digits",
        type="Annotated[Decimal, Field(max_digits=5, decimal_places=2)]",
        right=("123.45", "-999.99", "0.5", As(999.99, "999.99"), As(-7, "-7")),
        wrong=("1.234", "1234.5", "NaN", 1000, -1000.5, 1.3e74),
        unsaid=(1.234, "1e9"),
        why="validators would refuse 1.13 by a multipleOf of 0.01, and no pattern adds up",
    ),
    Shape(
        name="decimal_bounded",
        type="Annotated[Decimal, Field(ge=0, lt=100)]",
        right=("0", "99.99", As(5, "5")),
        wrong=(-1, 100),
        unsaid=("-1", "100"),
        why="no schema compares texts",
    ),
    Shape(name="bytes_utf8", type="bytes", right=("tschüß", ""), wrong=(1, None)),
    Shape(
        name="bytes_base64",
        type="Base64File",
        right=({"content": "AP-_"}, As({"content": "YQ"}, {"content": "YQ=="}), {"content": "YQ=="}),
        wrong=({"content": "*"}, {"content": 1}),
    ),
    Shape(
        name="bytes_decoded",
        type="Image",
        right=({"data": "YQ=="},),
        wrong=({"data": 1},),
    ),
    Shape(
        name="bytes_bounded", type="Annotated[bytes, Field(max_length=3)]", right=("abc",), wrong=("abcd",)
    ),
    Shape(name="uuid", type="UUID", right=("6f1c2a34-5b6d-4e7f-8a9b-0c1d2e3f4a5b",), wrong=("6f1c", 1)),
    Shape(
        name="uuid_version",
        type="UUID4",
        right=("6f1c2a34-5b6d-4e7f-8a9b-0c1d2e3f4a5b",),
        wrong=("x", "6f1c2a34-5b6d-1e7f-8a9b-0c1d2e3f4a5b"),
    ),
    Shape(
        name="url",
        type="AnyUrl",
        right=("https://example.com/a?b=c#d", "mailto:a@example.com"),
        wrong=("example", "", 1),
    ),
    Shape(
        name="url_http",
        type="HttpUrl",
        right=("https://example.com/a", As("http://example.com", "http://example.com/")),
        wrong=("example.com", 1),
        unsaid=("ftp://example.com/",),
        why="the schemes of a URL are not described",
    ),
    Shape(name="email", type="EmailStr", right=("name@example.com",), wrong=("name", "a@b", 1)),
    Shape(
        name="email_with_name",
        type="NameEmail",
        right=("Ann <ann@example.com>", As("ann@example.com", "ann <ann@example.com>")),
        wrong=("Ann",),
    ),
    Shape(name="ipv4", type="IPv4Address", right=("192.0.2.1",), wrong=("192.0.2", "::1", 1)),
    Shape(name="ipv6", type="IPv6Address", right=("2001:db8::1",), wrong=("192.0.2.1", "fe80::1%eth0", "x")),
    Shape(name="ip_any", type="IPvAnyAddress", right=("192.0.2.1", "::1"), wrong=("x", [])),
    Shape(name="ip_network", type="IPv4Network", right=("192.0.2.0/24",), wrong=("192.0.2.1/24", "x")),
    Shape(name="ip_interface", type="IPv4Interface", right=("192.0.2.1/24",), wrong=("x",)),
    Shape(
        name="secret",
        type="Account",
        right=(
            As({"user": "ann", "password": "correct horse"}, 13),
            As({"user": "ann", "password": "12345678", "pin": "1"}, 8),
        ),
        wrong=({"user": "ann", "password": "short"}, {"user": "ann", "password": 12345678}),
        output="int",
        answer=lambda account: len(account.password.get_secret_value()),
    ),
    Shape(
        name="secret_bytes",
        type="SecretBytes",
        right=(As("tschüß", 8),),
        wrong=(1,),
        output="int",
        answer=lambda secret: len(secret.get_secret_value()),
    ),
    Shape(name="path", type="Path", right=("a/b.txt",), wrong=(1,)),
    Shape(name="regular_expression", type="Pattern[str]", right=("^a+$",), wrong=("(", 1)),
    Shape(name="byte_size", type="ByteSize", right=(1024,), wrong=("x",)),
    Shape(name="new_type", type="UserId", right=(7,), wrong=("7",)),
    Shape(name="type_alias", type="Percent", right=(0, 100), wrong=(101, "1")),
]
