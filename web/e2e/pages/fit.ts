/** Whether a page fits its window, what can be pressed is large enough to be, and fields say whether they are needed. */

import assert from "node:assert/strict";

import type { Page } from "playwright-core";

import { until } from "../kit/until.ts";

/** What would have to be scrolled sideways to be seen: elements that reach beyond the window. */
async function overflow(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const width = document.documentElement.clientWidth;
    const wide: string[] = [];
    for (const element of document.querySelectorAll("body *")) {
      const isHidden = element.closest("[data-hidden-from-sight]") !== null;
      // The strip of faces beside a shared screen is leafed through; the page around it is not.
      const strip = element.parentElement?.closest(":has(> figure)") ?? null;
      const isInStrip = strip !== null && getComputedStyle(strip).overflowX === "auto";
      if (element.getBoundingClientRect().right > width + 1 && !isHidden && !isInStrip)
        wide.push(element.outerHTML.slice(0, 120));
    }
    return wide;
  });
}

/** Nothing is wider than the window, once what is placed by a script, such as a menu, has moved with it. */
export async function fits(page: Page): Promise<void> {
  let wide: string[] = [];
  const look = async (): Promise<boolean> => {
    wide = await overflow(page);
    return wide.length === 0;
  };
  await until("the page fits", look, { within_ms: 2_000 }).catch(() => assert.deepEqual(wide, []));
}

/** Controls smaller than a thumb: less than 44 CSS pixels high or wide. */
export async function smallTargets(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const small: string[] = [];
    for (const control of document.querySelectorAll(
      "button:not([tabindex='-1']), select, input, [role^=menuitem], a",
    )) {
      // Of a box or a dot beside words, the words are pressed too.
      const { width, height } = (control.closest("label") ?? control).getBoundingClientRect();
      const isShown = width > 1 && control.closest("[aria-hidden=true], [data-hidden-from-sight]") === null;
      if (isShown && (height < 43.5 || width < 43.5)) small.push(control.outerHTML.slice(0, 120));
    }
    return small;
  });
}

/** Fields of forms that say neither that they are needed nor that they may be left out. */
export async function unmarkedFields(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const fields = document.querySelectorAll<HTMLInputElement | HTMLTextAreaElement>(
      "form :is(input:is([type=text], [type=email], [type=password], :not([type])), textarea)",
    );
    const unmarked: string[] = [];
    for (const field of fields) {
      const label = field.getAttribute("aria-label") ?? field.labels?.[0]?.textContent ?? "";
      const isNeeded = field.required || field.ariaRequired === "true";
      const isOptional = /\((?:optional|facultatif|facultative)\)/u.test(label);
      if (!field.readOnly && isNeeded === isOptional) unmarked.push(field.outerHTML.slice(0, 120));
    }
    return unmarked;
  });
}
