from actionary import Example, action


@action(examples=[Example({"a": 1})])
async def subtract(a: int, b: int) -> int:
    return a - b
