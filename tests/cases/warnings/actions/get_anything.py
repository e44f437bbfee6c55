from actionary import Http, action


@action(public=True, http=Http("GET"), read_only=False)
async def get_anything():
    """Give something, and maybe change something."""
