"""Export on the screen: the form, the order, the download."""

from views.parts.takeaway.form import Shown, box_of
from views.parts.takeaway.orders import order, show_orders
from views.parts.takeaway.panel import show_take

__all__ = ["Shown", "box_of", "order", "show_orders", "show_take"]
