from actionary import action


@action
async def private_is_fine():
    pass
