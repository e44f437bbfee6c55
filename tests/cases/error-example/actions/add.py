from actionary import Example, action


@action(public=True, examples=[Example({"a": 1, "b": "two"}), Example({"a": 1, "b": 2}, "three")])
async def add(a: int, b: int) -> int:
    """Add two numbers."""
    return a + b
