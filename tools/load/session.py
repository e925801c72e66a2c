"""A session of the app as a browser has one, over its websocket: widgets are set, the script runs, texts come back."""

from __future__ import annotations

import asyncio
from typing import Any, Final, Literal
from urllib.parse import quote

import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState

__all__ = ["Session"]

_PATIENCE_S: Final = 300.0
_OURS: Final = {"markdown": "body", "html": "body", "alert": "body", "text": "body", "progress": "text"}
"""Elements whose text is kept, and the field that has it."""
_DONE: Final = (ForwardMsg.FINISHED_SUCCESSFULLY, ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY)
Kind = Literal["string_value", "string_array_value", "bool_value", "trigger_value"]


class Session:
    """One session.

    Parameters
    ----------
    address : str
        Of the server, without a path.
    """

    def __init__(self, address: str) -> None:
        self._address = address
        self._socket: websockets.ClientConnection | None = None
        self._states: dict[str, WidgetState] = {}
        self._pages: dict[str, str] = {}
        self._page = ""
        self._fragment = ""
        self.asks_every_s = 0.0
        """How often a part of the page asks to be run again; 0 if none does."""
        self.widgets: dict[str, str] = {}
        """Ids of the widgets of the last run, by their key."""
        self.texts: list[str] = []
        """Texts of the last run."""

    async def open(self, page: str = "") -> None:
        """Connect and run the script of a page."""
        url = self._address.replace("http", "ws", 1) + "/_stcore/stream"
        self._socket = await websockets.connect(
            url, subprotocols=["streamlit"], origin=self._address, max_size=None, open_timeout=_PATIENCE_S
        )
        await self._run(page)

    async def go(self, page: str) -> None:
        """Run the script of another page."""
        await self._run(page)

    async def put(self, key: str, kind: Kind, value: Any) -> None:
        """Set a widget by its key and run the script."""
        state = WidgetState(id=self.widgets[key])
        if kind == "string_array_value":
            state.string_array_value.data.extend(value)
        else:
            setattr(state, kind, value)
        self._states[key] = state
        await self._run(self._page)
        if kind == "trigger_value":
            del self._states[key]

    async def look_again(self) -> None:
        """Run the part of the page that asks to be run again by itself, as a browser does; the page where none does."""
        await self._run(self._page, self._fragment)

    async def close(self) -> None:
        """Leave, as a browser that is closed."""
        if self._socket is not None:
            await self._socket.close()

    def says(self, text: str) -> bool:
        """Return whether a text of the last run holds another."""
        return any(text in one for one in self.texts)

    async def _run(self, page: str, fragment: str = "") -> None:
        assert self._socket is not None
        message = BackMsg()
        message.rerun_script.query_string = f"lang={quote('zh')}"
        message.rerun_script.page_script_hash = self._pages.get(page, "")
        if not self._pages:
            message.rerun_script.page_name = page
        message.rerun_script.widget_states.widgets.extend(self._states.values())
        message.rerun_script.fragment_id = fragment
        message.rerun_script.is_auto_rerun = bool(fragment)
        self._page, self.texts = page, []
        if not fragment:
            self.widgets, self._fragment = {}, ""
        await self._socket.send(message.SerializeToString())
        async with asyncio.timeout(_PATIENCE_S):
            while not self._take(ForwardMsg.FromString(await self._socket.recv())):
                pass

    def _take(self, message: ForwardMsg) -> bool:
        """Take in a message; return whether the script has ended."""
        kind = message.WhichOneof("type")
        if kind == "navigation":
            self._pages = {page.url_pathname: page.page_script_hash for page in message.navigation.app_pages}
        elif kind == "auto_rerun":
            self._fragment, self.asks_every_s = message.auto_rerun.fragment_id, message.auto_rerun.interval
        elif kind == "delta" and message.delta.WhichOneof("type") == "new_element":
            self._take_element(message.delta.new_element)
        return kind == "script_finished" and message.script_finished in _DONE

    def _take_element(self, element: Any) -> None:
        kind = element.WhichOneof("type")
        content = getattr(element, kind)
        if getattr(content, "id", "").startswith("$$ID-"):
            self.widgets[content.id.split("-", 2)[2]] = content.id
        if kind in _OURS:
            self.texts.append(str(getattr(content, _OURS[kind])))
