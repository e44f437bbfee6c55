from actionary import action

from actions._config import limit

LIMIT = limit("large")


@action
async def needs_config() -> int:
    return LIMIT
