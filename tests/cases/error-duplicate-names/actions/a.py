from actionary import action


@action
async def get_order(id: str) -> str:
    return id
