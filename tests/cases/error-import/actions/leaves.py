from json import loads

loads("{")
