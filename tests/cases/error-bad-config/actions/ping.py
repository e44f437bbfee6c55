from actionary import action


@action
async def ping() -> None: ...
