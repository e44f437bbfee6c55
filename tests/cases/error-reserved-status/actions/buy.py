from actionary import ActionError, action


class TooMany(ActionError, code="too_many", status=429):
    """Too many were asked for."""


@action(errors=[TooMany])
async def buy(count: int) -> int:
    return count
