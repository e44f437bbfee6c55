"""The clients: `Client` blocks, `AsyncClient` is to be awaited."""

from __future__ import annotations

from ._runtime.client import AsyncCalls as _AsyncCalls
from ._runtime.client import SyncCalls as _SyncCalls
from .actions import process_exit_1_process_exit_1_script_script_alert_1_script_7_7_endraw_s_0_gnp_exe_zero_width_31m_heading_link_javascript_alert_1_image_x_img_src_x_onerror_alert_1 as _process_exit_1_process_exit_1_script_script_alert_1_script_7_7_endraw_s_0_gnp_exe_zero_width_31m_heading_link_javascript_alert_1_image_x_img_src_x_onerror_alert_1

_CATALOG = "369333d0d4f074f6"
"""The server's actions that this client was generated from."""


class Client(
    _process_exit_1_process_exit_1_script_script_alert_1_script_7_7_endraw_s_0_gnp_exe_zero_width_31m_heading_link_javascript_alert_1_image_x_img_src_x_onerror_alert_1.ProcessExit1ProcessExit1ScriptScriptAlert1Script77EndrawS0GnpExeZeroWidth31mHeadingLinkJavascriptAlert1ImageXImgSrcXOnerrorAlert1Actions,
    _SyncCalls,
):
    """Shop */ \"\"\" ` ${x} </title>: calls that block.

    ``timeout`` is in seconds and covers a whole call; ``None`` waits without end.
    ``headers`` go with every call, ``transport`` replaces the network in tests.
    The client may be shared by threads. Nothing raises for what a server can do.

    Raises:
        ValueError: ``base_url`` is no address.
    """

    _catalog = _CATALOG


class AsyncClient(
    _process_exit_1_process_exit_1_script_script_alert_1_script_7_7_endraw_s_0_gnp_exe_zero_width_31m_heading_link_javascript_alert_1_image_x_img_src_x_onerror_alert_1.AsyncProcessExit1ProcessExit1ScriptScriptAlert1Script77EndrawS0GnpExeZeroWidth31mHeadingLinkJavascriptAlert1ImageXImgSrcXOnerrorAlert1Actions,
    _AsyncCalls,
):
    """Shop */ \"\"\" ` ${x} </title>: calls to be awaited.

    ``timeout`` is in seconds and covers a whole call; ``None`` waits without end.
    ``headers`` go with every call, ``transport`` replaces the network in tests.
    The client may be shared by the tasks of one loop. Nothing raises for what a server can do.

    Raises:
        ValueError: ``base_url`` is no address.
    """

    _catalog = _CATALOG
