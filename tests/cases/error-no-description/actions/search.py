from actionary import action


@action(public=True)
async def search(query: str) -> list[str]:
    return [query]
