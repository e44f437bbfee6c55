from actionary import action


@action
async def broken() -> None
    return None
