"""Types of the API's inputs and outputs.

A field that may be left out is `UNSET` until it is given. A field whose name on
the wire is no name in Python has that one as its alias.
"""

from __future__ import annotations

from .._runtime.model import Model as _Model


class Details(_Model):
    """Details: */ \"\"\" ` ${x} </script>"""

    why: str
    """*/ process.exit(1) /* \"\"\" ''' \\ ` ${process.exit(1)} </script><script>alert(1)</script> <!-- --> ]]> {{ 7 * 7 }} {% endraw %} %s {0} \\u202egnp.exe\\u202c zero\\u200bwidth \\u2028 \\u0000 \\u001b[31m
    # heading
    ---
    ```
    [link](javascript:alert(1)) ![image](x) <img src=x onerror=alert(1)>
    """


class Found(_Model):
    """Found: */ \"\"\" ` ${x} </script>"""

    text: str
    """*/ process.exit(1) /* \"\"\" ''' \\ ` ${process.exit(1)} </script><script>alert(1)</script> <!-- --> ]]> {{ 7 * 7 }} {% endraw %} %s {0} \\u202egnp.exe\\u202c zero\\u200bwidth \\u2028 \\u0000 \\u001b[31m
    # heading
    ---
    ```
    [link](javascript:alert(1)) ![image](x) <img src=x onerror=alert(1)>
    """
