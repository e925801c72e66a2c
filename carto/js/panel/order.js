/* The order of the layers: by two buttons, or dragged by a grip. What stands above is drawn above. */
(() => {
  "use strict";
  const redline = window.redline;
  const { make, button } = redline;
  const STARTS_PX = 3;

  /** Two buttons that move a row or a group among its like. */
  redline.movers = (panel, parent, element, title) => {
    const pair = make("span", "redline-movers", parent);
    const move = (/** @type {number} */ step) => () => {
      const beside = step < 0 ? element.previousElementSibling : element.nextElementSibling;
      if (!beside) return;
      element.parentElement?.insertBefore(step < 0 ? element : beside, step < 0 ? beside : element);
      (step < 0 ? up : down).focus();
      panel.moved(element, title);
    };
    const up = button("", pair, "↑", panel.word("up", title));
    const down = button("", pair, "↓", panel.word("down", title));
    L.DomEvent.on(up, "click", move(-1));
    L.DomEvent.on(down, "click", move(1));
  };

  /** What a row or a group is dragged by; for the keyboard there are the buttons. */
  redline.grip = (panel, head, element, title) => {
    const grip = make("span", "redline-grip", head);
    grip.title = panel.word("drag", title);
    grip.setAttribute("aria-hidden", "true");
    element.dataset.title = title;
  };

  /** Let the children of a list be dragged among themselves, by mouse and by finger. */
  redline.sortable = (panel, list) => {
    new window.Sortable(list, {
      handle: ".redline-grip",
      animation: 120,
      forceFallback: true, // the browser's own dragging knows no fingers
      fallbackTolerance: STARTS_PX,
      ghostClass: "redline-drop",
      fallbackClass: "redline-dragged",
      onEnd: (/** @type {{ oldIndex: number, newIndex: number, item: HTMLElement }} */ event) => {
        if (event.oldIndex !== event.newIndex) panel.moved(event.item, event.item.dataset.title || "");
      },
    });
  };
})();
