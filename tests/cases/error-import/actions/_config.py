LIMITS = {"small": 1}


def limit(name):
    return LIMITS[name]
