from typing import Annotated, Literal

from actionary import ActionError, Example, action
from pydantic import BaseModel, Field

ATTACK = (
    "*/ process.exit(1) /* \"\"\" ''' \\ ` ${process.exit(1)} </script><script>alert(1)</script> <!-- --> ]]>"
    " {{ 7 * 7 }} {% endraw %} %s {0} \u202egnp.exe\u202c zero\u200bwidth \u2028 \x00 \x1b[31m"
    "\n# heading\n---\n```\n[link](javascript:alert(1)) ![image](x) <img src=x onerror=alert(1)>"
)
ATTACK_TAG = "*/ \"\"\" ' \\ ` ${x} </script><!-- ]]> {{7}} {% %} %s [a](b) ../.."


class Details(BaseModel):
    """Details: */ \"\"\" ` ${x} </script>"""

    why: Annotated[str, Field(description=ATTACK)]


class Attacked(ActionError[Details], code="attacked"):
    """Attacked: */ \"\"\" ` ${x} </script>"""


class Found(BaseModel):
    """Found: */ \"\"\" ` ${x} </script>"""

    text: Annotated[str, Field(description=ATTACK)]


def attack(
    text: Annotated[str, Field(description=ATTACK, examples=[ATTACK])] = ATTACK,
    kind: Literal["*/", '"""', "`${x}`", "</script>", "\u202e"] = "*/",
) -> Found:
    return Found(text=text)


attack.__doc__ = f"{ATTACK}\n\n{ATTACK}\n\n{ATTACK}"
attack = action(
    public=True,
    title=ATTACK,
    when_to_use=ATTACK,
    when_not_to_use=ATTACK,
    tags=[ATTACK_TAG, "*/", '"""'],
    errors=[Attacked],
    examples=[Example({"text": ATTACK}, {"text": ATTACK})],
)(attack)
