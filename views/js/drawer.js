/* On a phone the list of pages lies over the page: it goes once a page was chosen. Stands in the first page. */
document.addEventListener("click", (event) => {
  const chosen = event.target instanceof Element && event.target.closest('[data-testid="stSidebarNavLink"]');
  const close = document.querySelector('[data-testid="stSidebarCollapseButton"] button');
  if (chosen && close instanceof HTMLElement && window.innerWidth < 768) close.click();
});
