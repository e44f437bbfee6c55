from actionary import action


@action(name="get_order")
async def other(id: str) -> str:
    return id
