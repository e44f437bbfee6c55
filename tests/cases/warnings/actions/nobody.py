from actionary import action


@action(public=True, http=False, agent_tool=False)
async def nobody() -> None:
    """Wait for somebody to call."""
