// What the reference draws and not everybody can use, mended as it appears: names for buttons that show only a picture,
// roles that fit their elements, and places that scroll reached by keyboard. Checked by axe in test/console.

interface Mend {
  readonly selector: string;
  readonly mend: (element: Element) => void;
}

const named = (selector: string, name: string): Mend => ({
  selector: `${selector}:not([aria-label])`, mend: (element) => element.setAttribute('aria-label', name),
});
const role = (selector: string, to: string | undefined): Mend => ({
  selector,
  mend: (element) => (to === undefined ? element.removeAttribute('role') : element.setAttribute('role', to)),
});

/** A list of links is no list of tabs: what is chosen is the current one. */
const asCurrent = (element: Element): void => {
  const chosen = element.getAttribute('aria-selected') === 'true';
  element.removeAttribute('aria-selected');
  if (chosen) element.setAttribute('aria-current', 'true');
  else element.removeAttribute('aria-current');
};

const MENDS: readonly Mend[] = [
  {
    selector: 'button[role=search]', mend: (button) => {
      // What is seen in it is its name.
      const hidden = button.querySelectorAll(':not(svg)[aria-hidden]');
      hidden.forEach((part) => part.removeAttribute('aria-hidden'));
      button.removeAttribute('role');
    },
  },
  role('header:not([role])', 'group'),
  { selector: '.parameter-item-trigger [tabindex]', mend: (part) => part.removeAttribute('tabindex') },
  role('aside[role]', undefined),
  role('[role=region].response-card', 'group'),
  named('.client-libraries__select', 'More client libraries'),
  named('.scalar-code-copy', 'Copy the code'),
  role('.client-libraries-list[role=tablist]', 'group'),
  { selector: '.client-libraries-list[aria-orientation]', mend: (list) => list.removeAttribute('aria-orientation') },
  role('.client-libraries-list [role=tab]', undefined),
  { selector: '[aria-selected]:not([role=tab], [role=option], [role=row])', mend: asCurrent },
  { selector: '.endpoints:not([tabindex])', mend: (list) => list.setAttribute('tabindex', '0') },
];
const WATCHED = ['aria-selected', 'role', 'aria-label', 'aria-orientation'];

/** Mends what is in `frame` now and whatever comes into it, before anybody sees it, until the returned is called. */
export function keepMended(frame: HTMLElement): () => void {
  const mendAll = (): void => {
    for (const { selector, mend } of MENDS) frame.querySelectorAll(selector).forEach(mend);
  };
  const observer = new MutationObserver(mendAll);
  observer.observe(frame, { childList: true, subtree: true, attributes: true, attributeFilter: WATCHED });
  mendAll();
  return () => observer.disconnect();
}
